import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { listen } from "@/api/stream.ts";
import { inboxHeadQuery, messageLists } from "./messages.ts";
import { notePresence } from "./presence.ts";
import { knownTicket, refreshTicket, viewsQuery } from "./tickets.ts";

interface LiveState {
  connected: boolean;
  /** How many tickets are newer than the lists. */
  arrivals: number;
  takeArrivals: () => void;
}

const LiveContext = createContext<LiveState | null>(null);

/** One event stream for the whole page: it refreshes what is shown and counts what is not. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [connected, setConnected] = useState(true);
  const arrived = useRef(new Set<string>());
  const [arrivals, setArrivals] = useState(0);

  useEffect(() => {
    const batch = batched(client);
    const stop = listen({
      onState: setConnected,
      onPresence: (said) => notePresence(client, said as Parameters<typeof notePresence>[1]),
      onInbox: (head) => {
        client.setQueryData(inboxHeadQuery.queryKey, head);
        void client.invalidateQueries({ queryKey: messageLists });
      },
      onEvent: (event) => {
        if (!event.ticket) return;
        if (event.kind === "ticket.created") {
          arrived.current.add(event.ticket);
          setArrivals(arrived.current.size);
        }
        batch.add(event.ticket);
      },
    });
    return () => {
      stop();
      batch.stop();
    };
  }, [client]);

  const value = useMemo<LiveState>(
    () => ({
      connected,
      arrivals,
      takeArrivals: () => {
        arrived.current.clear();
        setArrivals(0);
      },
    }),
    [connected, arrivals],
  );
  return <LiveContext value={value}>{children}</LiveContext>;
}

/** Collects the tickets of a burst and refreshes each of them once. */
function batched(client: QueryClient) {
  const ids = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    for (const id of ids) {
      const known = knownTicket(client, id);
      if (known) void refreshTicket(client, { id, number: known.number });
    }
    ids.clear();
    void client.invalidateQueries({ queryKey: viewsQuery.queryKey });
  };
  return {
    add(id: string) {
      ids.add(id);
      timer ??= setTimeout(flush, 250);
    },
    stop() {
      clearTimeout(timer);
    },
  };
}

export function useLive(): LiveState {
  const value = useContext(LiveContext);
  if (!value) throw new Error("LiveProvider is missing");
  return value;
}
