import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { address, newKey, post } from "@/api/client.ts";

export interface Present {
  id: string;
  name: string;
  doing: "viewing" | "replying" | "noting";
}
type Doing = Present["doing"] | "away";

/** A page that is silent for twice as long counts as closed. */
const BEAT_MS = 3000;

const key = (ticket: string) => ["presence", ticket] as const;

/** What the stream or a beat said about who else is at a ticket. */
export function notePresence(
  client: QueryClient,
  { ticket, people }: { ticket: string; people: Present[] },
): void {
  client.setQueryData(key(ticket), people);
}

/** Says that this page is at the ticket, and answers who else is. */
export function usePresence(ticket: string, doing: Present["doing"], enabled: boolean): Present[] {
  const client = useQueryClient();
  const latest = useRef(doing);
  latest.current = doing;
  const beat = useRef<(() => void) | null>(null);

  useEffect(() => {
    if (!enabled) return;
    const page = newKey();
    const say = async (now: Doing) => {
      try {
        const answer = await post("/tickets/{id}/presence", {
          path: { id: ticket },
          body: { page, doing: now },
        });
        notePresence(client, answer as { ticket: string; people: Present[] });
      } catch {
        // Who else is here is a courtesy; writing goes on without it.
      }
    };
    const leave = () => {
      void fetch(address(`/tickets/${ticket}/presence`), {
        method: "POST",
        keepalive: true,
        credentials: "same-origin",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ page, doing: "away" }),
      }).catch(() => {});
    };
    const now = () => {
      if (document.visibilityState === "visible") void say(latest.current);
    };
    const turn = () => (document.visibilityState === "visible" ? now() : leave());
    beat.current = now;
    now();
    const timer = setInterval(now, BEAT_MS);
    document.addEventListener("visibilitychange", turn);
    addEventListener("pagehide", leave);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", turn);
      removeEventListener("pagehide", leave);
      beat.current = null;
      leave();
    };
  }, [client, ticket, enabled]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what one does is told at once
  useEffect(() => beat.current?.(), [doing]);

  const { data } = useQuery({
    queryKey: key(ticket),
    queryFn: () => [] as Present[],
    enabled: false,
    initialData: [] as Present[],
  });
  return data;
}
