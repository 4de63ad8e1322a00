import { queryOptions } from "@tanstack/react-query";
import { get, newKey, post, put, remove } from "@/api/client.ts";
import type { FileRef } from "@/api/types.ts";
import { ticketKeys } from "./tickets.ts";

export type Audience = "public" | "internal";

/** What a person has begun to write under a ticket, as the server keeps it. */
export interface ServerDraft {
  visibility: Audience;
  body: string;
  files: FileRef[];
  send_at: string | null;
  version: number;
}

export interface DraftText {
  visibility: Audience;
  body: string;
  files: string[];
}

type Answered = Promise<ServerDraft | null>;
const open = (answer: { draft: unknown }) => answer.draft as ServerDraft | null;

export const draftQuery = (ticket: string) =>
  queryOptions({
    // Not a part of the ticket: a live event must not read the draft again while somebody types.
    queryKey: [...ticketKeys.all, "draft", ticket] as const,
    queryFn: () => readDraft(ticket),
    gcTime: 0,
    staleTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

export const readDraft = (ticket: string): Answered =>
  get("/tickets/{id}/draft", { path: { id: ticket } }).then(open);

export const saveDraft = (ticket: string, version: number, text: DraftText): Answered =>
  put("/tickets/{id}/draft", { path: { id: ticket }, body: { version, ...text } }).then(open);

export const discardDraft = (ticket: string): Promise<unknown> =>
  remove("/tickets/{id}/draft", { path: { id: ticket } });

/** Sends the draft after some seconds, or at once when they are 0. */
export const sendDraft = (ticket: string, version: number, seconds: number): Answered =>
  post("/tickets/{id}/draft/send", {
    path: { id: ticket },
    body: { version, hold_seconds: seconds },
    idempotencyKey: newKey(),
  }).then(open);

export const takeBackDraft = (ticket: string): Answered =>
  post("/tickets/{id}/draft/undo", { path: { id: ticket }, idempotencyKey: newKey() }).then(open);
