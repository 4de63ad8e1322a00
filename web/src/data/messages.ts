import {
  type InfiniteData,
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { get, post, put } from "@/api/client.ts";
import type { Schemas } from "@/api/contract.ts";
import type { Message, MessageChoices, MessageTopic, Page } from "@/api/types.ts";

export interface MessageList {
  unread: boolean;
  topic?: MessageTopic | undefined;
}

export const messageLists = ["messages", "list"] as const;
const keys = {
  all: ["messages"] as const,
  head: ["messages", "head"] as const,
  lists: messageLists,
};

/** What the bell shows; the live stream replaces it. */
export const inboxHeadQuery = queryOptions({
  queryKey: keys.head,
  queryFn: ({ signal }) => get("/notifications/head", { signal }),
  staleTime: 60_000,
});

export const messageListQuery = (list: MessageList) =>
  infiniteQueryOptions({
    queryKey: [...keys.lists, list] as const,
    queryFn: ({ pageParam, signal }) =>
      get("/notifications", {
        query: { unread: list.unread || undefined, topic: list.topic, limit: 50, after: pageParam },
        signal,
      }) as Promise<Page<Message>>,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export const messageChoicesQuery = queryOptions({
  queryKey: ["messages", "choices"] as const,
  queryFn: ({ signal }) => get("/notifications/choices", { signal }) as Promise<MessageChoices>,
});

/** Marks messages as read or unread; the lists show it at once and are read again. */
export function useMarkMessages() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Partial<Schemas["MarkBody"]>) =>
      post("/notifications/read", { body: { ids: [], all: false, ...body } }),
    onMutate: ({ ids = [], all = false, read = true }) => {
      const marked = (message: Message) =>
        all || ids.includes(message.id) ? { ...message, read: read ?? true } : message;
      client.setQueriesData<InfiniteData<Page<Message>>>({ queryKey: keys.lists }, (known) =>
        known?.pages
          ? {
              ...known,
              pages: known.pages.map((page) => ({ ...page, items: page.items.map(marked) })),
            }
          : known,
      );
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.all }),
  });
}

export function useSetChoices() {
  const client = useQueryClient();
  return useMutation({
    // Each sends everything, so the last one must arrive last.
    scope: { id: "message-choices" },
    mutationFn: (choices: MessageChoices) => {
      const topics = Object.entries(choices.topics).map(
        ([topic, { urgent: _, ...choice }]) => [topic, choice] as const,
      );
      return put("/notifications/choices", {
        body: {
          topics: Object.fromEntries(topics),
          quiet: choices.quiet,
          digest_at: choices.digest_at,
        },
      });
    },
    onMutate: (choices) => {
      const before = client.getQueryData(messageChoicesQuery.queryKey);
      client.setQueryData(messageChoicesQuery.queryKey, choices);
      return before;
    },
    onError: (_error, _choices, before) =>
      client.setQueryData(messageChoicesQuery.queryKey, before),
  });
}

export const muteQuery = (ticket: string) =>
  queryOptions({
    queryKey: ["messages", "mute", ticket] as const,
    queryFn: ({ signal }) => get("/tickets/{id}/mute", { path: { id: ticket }, signal }),
    staleTime: 5 * 60_000,
  });

export function useMute(ticket: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (muted: boolean) =>
      put("/tickets/{id}/mute", { path: { id: ticket }, body: { muted } }),
    onSuccess: (mute) => client.setQueryData(muteQuery(ticket).queryKey, mute),
  });
}
