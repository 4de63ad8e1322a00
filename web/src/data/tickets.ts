import {
  type InfiniteData,
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { get, newKey, patch, post } from "@/api/client.ts";
import type { Answer } from "@/api/contract.ts";
import type { Page, Similar, Ticket, TicketRow, TimelineItem } from "@/api/types.ts";

type Values = Record<string, unknown>;

export interface TicketList {
  view?: string | undefined;
  q?: string | undefined;
  sort?: string | undefined;
  filter?: unknown;
}

export const ticketKeys = {
  all: ["tickets"] as const,
  lists: ["tickets", "list"] as const,
  list: (list: TicketList) => ["tickets", "list", list] as const,
  one: (number: string) => ["tickets", "one", number] as const,
  /** What belongs to one ticket; commands and these take the id, only pages know the number. */
  part: (id: string, part: string) => ["tickets", "part", id, part] as const,
};

export const ticketListQuery = (list: TicketList) =>
  infiniteQueryOptions({
    queryKey: ticketKeys.list(list),
    queryFn: ({ pageParam, signal }) =>
      get("/tickets", {
        query: {
          view: list.view,
          q: list.q,
          sort: list.sort,
          filter: list.filter ? JSON.stringify(list.filter) : undefined,
          limit: 50,
          after: pageParam,
        },
        signal,
      }) as Promise<Page<TicketRow>>,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    staleTime: 15_000,
  });

export const ticketQuery = (number: string) =>
  queryOptions({
    queryKey: ticketKeys.one(number),
    queryFn: ({ signal }) =>
      get("/tickets/{id}", { path: { id: number }, signal }) as Promise<Ticket>,
    staleTime: 15_000,
  });

/** The whole timeline, page by page, oldest first. */
export const timelineQuery = (id: string) =>
  queryOptions({
    queryKey: ticketKeys.part(id, "timeline"),
    queryFn: async ({ signal }) => {
      const items: TimelineItem[] = [];
      let after: string | null = null;
      do {
        const page: Answer<"/tickets/{id}/timeline", "get"> = await get("/tickets/{id}/timeline", {
          path: { id },
          query: { limit: 200, after: after ? Number(after) : null },
          signal,
        });
        items.push(...(page.items as TimelineItem[]));
        after = page.next;
      } while (after && items.length < 2000);
      return items;
    },
    staleTime: 15_000,
  });

export const viewsQuery = queryOptions({
  queryKey: ["views"],
  queryFn: ({ signal }) => get("/views", { signal }).then((page) => page.items),
  staleTime: 30_000,
});

export const ticketTypesQuery = queryOptions({
  queryKey: ["ticket-types"],
  queryFn: ({ signal }) => get("/ticket-types", { signal }).then((page) => page.items),
  staleTime: 5 * 60_000,
});

export const similarQuery = (id: string) =>
  queryOptions({
    queryKey: ["tickets", "similar", id],
    queryFn: ({ signal }) =>
      get("/tickets/{id}/similar", { path: { id }, signal }).then(
        (page) => page.items as Similar[],
      ),
    staleTime: 5 * 60_000,
  });

export const searchQuery = (q: string) =>
  queryOptions({
    queryKey: ["tickets", "search", q],
    queryFn: ({ signal }) =>
      get("/tickets", { query: { q, limit: 8 }, signal }) as Promise<Page<TicketRow>>,
    enabled: q.length > 0,
    staleTime: 10_000,
  });

export function useCreateTicket() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ key, type, data }: { key: string; type: string; data: Values }) =>
      post("/tickets", {
        body: { type, data: data as Record<string, never> },
        idempotencyKey: key,
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ticketKeys.lists }),
  });
}

export function useChangeTicket(ticket: Ticket) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (fields: Values) =>
      patch("/tickets/{id}", {
        path: { id: ticket.id },
        body: { fields: fields as Record<string, never> },
        version: ticket.version,
        idempotencyKey: newKey(),
      }),
    onSettled: () => refreshTicket(client, ticket),
  });
}

/** Everything shown about one ticket is read again. */
export function refreshTicket(
  client: QueryClient,
  { id, number }: { id: string; number: string },
): Promise<unknown> {
  return Promise.all([
    client.invalidateQueries({ queryKey: ticketKeys.one(number) }),
    client.invalidateQueries({ queryKey: ticketKeys.one(id) }),
    client.invalidateQueries({ queryKey: ["tickets", "part", id] }),
    patchRow(client, number),
  ]);
}

type Rows = InfiniteData<Page<TicketRow>>;

/** Replaces the ticket's row wherever a list shows it, without moving it. */
async function patchRow(client: QueryClient, number: string): Promise<void> {
  const lists = client.getQueriesData<Rows>({ queryKey: ticketKeys.lists });
  const shown = lists.some(([, data]) =>
    data?.pages.some((page) => page.items.some((row) => row.number === number)),
  );
  if (!shown) return;
  const fresh = await client.fetchQuery({ ...ticketQuery(number), staleTime: 1000 });
  client.setQueriesData<Rows>({ queryKey: ticketKeys.lists }, (data) => {
    if (!data) return data;
    const pages = data.pages.map((page) => ({
      ...page,
      items: page.items.map((row) =>
        row.number === number ? { ...row, ...fresh, data: row.data } : row,
      ),
    }));
    return { ...data, pages };
  });
}

/** The number of a ticket that some list or page has already loaded. */
export function knownTicket(
  client: QueryClient,
  id: string,
): { number: string; title: string } | undefined {
  for (const [, ticket] of client.getQueriesData<Ticket>({ queryKey: ["tickets", "one"] })) {
    if (ticket?.id === id) return ticket;
  }
  for (const [, data] of client.getQueriesData<Rows>({ queryKey: ticketKeys.lists })) {
    const row = data?.pages.flatMap((page) => page.items).find((each) => each.id === id);
    if (row) return row;
  }
  return undefined;
}
