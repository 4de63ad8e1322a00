import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, newKey, post } from "@/api/client.ts";
import type { Schemas } from "@/api/contract.ts";
import type { FlowView, Ranking, Suggestion, Task, Ticket } from "@/api/types.ts";
import { refreshTicket, ticketKeys } from "./tickets.ts";

/** An act and what it needs; which members each act takes is in the contract. */
export interface ActBody {
  act: string;
  [member: string]: unknown;
}

export const flowQuery = (id: string) =>
  queryOptions({
    queryKey: ticketKeys.part(id, "flow"),
    queryFn: ({ signal }) =>
      get("/tickets/{id}/flow", { path: { id }, signal }) as Promise<FlowView>,
    staleTime: 15_000,
  });

export const dispatchQuery = (id: string) =>
  queryOptions({
    queryKey: ticketKeys.part(id, "dispatch"),
    queryFn: ({ signal }) =>
      get("/tickets/{id}/dispatch", { path: { id }, signal }) as Promise<Ranking>,
    staleTime: 60_000,
  });

/** Acts on the ticket itself or, when `task` is given, on that task. */
export function useAct(ticket: Ticket) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ task, body }: { task?: Task | undefined; body: ActBody }) => {
      const idempotencyKey = newKey();
      if (task) {
        const full = body as unknown as Schemas["TaskActBody"];
        return post("/tasks/{id}/acts", { path: { id: task.id }, body: full, idempotencyKey });
      }
      const full = body as unknown as Schemas["TicketActBody"];
      return post("/tickets/{id}/acts", { path: { id: ticket.id }, body: full, idempotencyKey });
    },
    onSettled: () => refreshTicket(client, ticket),
  });
}

export function useDispatch(ticket: Ticket) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (person: string) =>
      post("/tickets/{id}/dispatch", {
        path: { id: ticket.id },
        body: { person },
        idempotencyKey: newKey(),
      }),
    onSettled: () => refreshTicket(client, ticket),
  });
}

export type Decision = "accept" | "correct" | "reject";

interface DecideInput {
  suggestion: Suggestion;
  decision: Decision;
  value?: unknown;
}

export function useDecide(ticket: Ticket) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ suggestion, decision, value }: DecideInput) =>
      post("/suggestions/{id}/decision", {
        path: { id: suggestion.id },
        body: {
          decision,
          version: suggestion.version,
          ...(value === undefined ? {} : { value: value as Record<string, never> }),
        },
        idempotencyKey: newKey(),
      }),
    onSettled: () => refreshTicket(client, ticket),
  });
}
