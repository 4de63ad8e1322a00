import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, newKey, post } from "@/api/client.ts";
import type { FlowView, Ranking, Suggestion, Task, Ticket } from "@/api/types.ts";
import { refreshTicket, ticketKeys } from "./tickets.ts";

/** An act and what it needs; the server says which members each act takes. */
export interface ActBody {
  act: string;
  [member: string]: unknown;
}

export const flowQuery = (id: string) =>
  queryOptions({
    queryKey: ticketKeys.part(id, "flow"),
    queryFn: ({ signal }) => get<FlowView>(`/tickets/${id}/flow`, { signal }),
    staleTime: 15_000,
  });

export const dispatchQuery = (id: string) =>
  queryOptions({
    queryKey: ticketKeys.part(id, "dispatch"),
    queryFn: ({ signal }) => get<Ranking>(`/tickets/${id}/dispatch`, { signal }),
    staleTime: 60_000,
  });

/** Acts on the ticket itself or, when `task` is given, on that task. */
export function useAct(ticket: Ticket) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ task, body }: { task?: Task | undefined; body: ActBody }) => {
      const path = task ? `/tasks/${task.id}/acts` : `/tickets/${ticket.id}/acts`;
      const version = task ? task.version : ticket.version;
      return post(path, body, { version, idempotencyKey: newKey() });
    },
    onSettled: () => refreshTicket(client, ticket),
  });
}

export function useDispatch(ticket: Ticket) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (person: string) =>
      post(
        `/tickets/${ticket.id}/dispatch`,
        { person },
        { version: ticket.version, idempotencyKey: newKey() },
      ),
    onSettled: () => refreshTicket(client, ticket),
  });
}

export type Decision = "accept" | "correct" | "reject";

export function useDecide(ticket: Ticket) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({
      suggestion,
      decision,
      value,
    }: {
      suggestion: Suggestion;
      decision: Decision;
      value?: unknown;
    }) =>
      post(
        `/suggestions/${suggestion.id}/decision`,
        value === undefined ? { decision } : { decision, value },
        { version: suggestion.version, idempotencyKey: newKey() },
      ),
    onSettled: () => refreshTicket(client, ticket),
  });
}
