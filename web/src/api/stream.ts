import { eventKinds } from "./events.gen.ts";
import type { InboxHead, LiveEvent } from "./types.ts";

export interface Live {
  onEvent: (event: LiveEvent) => void;
  onInbox: (head: InboxHead) => void;
  onState: (connected: boolean) => void;
  /** Who else is at a ticket that this page announced itself at. */
  onPresence: (said: unknown) => void;
}

/** Listens to the server's events; the browser resumes with Last-Event-ID after a break. */
export function listen(live: Live): () => void {
  if (typeof EventSource === "undefined") return () => {};
  const source = new EventSource("/api/v1/stream");
  const receive = (message: MessageEvent<string>) => {
    const event = read(message);
    if (event) live.onEvent(event);
  };
  source.onmessage = receive;
  // Each event is named by its kind, and a source tells only of names that were asked for.
  for (const kind of eventKinds) source.addEventListener(kind, receive as EventListener);
  source.addEventListener("presence", (message: MessageEvent<string>) => {
    live.onPresence(JSON.parse(message.data));
  });
  source.addEventListener("inbox", (message: MessageEvent<string>) => {
    live.onInbox(JSON.parse(message.data) as InboxHead);
  });
  source.onopen = () => live.onState(true);
  source.onerror = () => live.onState(source.readyState === EventSource.OPEN);
  return () => source.close();
}

function read(message: MessageEvent<string>): LiveEvent | null {
  try {
    const data = JSON.parse(message.data) as Partial<LiveEvent>;
    return {
      seq: data.seq ?? Number(message.lastEventId),
      kind: data.kind ?? message.type,
      ticket: data.ticket ?? null,
      at: data.at ?? new Date().toISOString(),
      actor: data.actor ?? null,
      data: data.data ?? {},
    };
  } catch {
    return null;
  }
}
