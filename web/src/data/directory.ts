import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client.ts";
import type { RecordRow } from "@/api/types.ts";

export const peopleQuery = (q: string) =>
  queryOptions({
    queryKey: ["people", q],
    queryFn: ({ signal }) =>
      get("/people", { query: { q, limit: 20 }, signal }).then((page) => page.items),
    staleTime: 60_000,
  });

/** Everybody the reader may know, for turning ids into names. */
export const directoryQuery = queryOptions({
  queryKey: ["people", "all"],
  queryFn: ({ signal }) =>
    get("/people", { query: { limit: 200 }, signal }).then((page) => page.items),
  staleTime: 5 * 60_000,
});

export const teamsQuery = queryOptions({
  queryKey: ["teams"],
  queryFn: ({ signal }) => get("/teams", { signal }).then((page) => page.items),
  staleTime: 5 * 60_000,
});

export const orgsQuery = queryOptions({
  queryKey: ["orgs"],
  queryFn: ({ signal }) => get("/orgs", { signal }).then((page) => page.items),
  staleTime: 5 * 60_000,
});

/** A reference field that is being answered, and the answers its filter looks at. */
export interface RecordChoice {
  field: string;
  answers: Record<string, unknown>;
}

export const recordsQuery = (type: string, q: string, choice?: RecordChoice) =>
  queryOptions({
    queryKey: ["records", type, q, choice ?? null],
    queryFn: ({ signal }) =>
      get("/records", { query: { type, q, limit: 20, ...asked(choice) }, signal }).then(
        (page) => page.items as RecordRow[],
      ),
    staleTime: 60_000,
  });

const asked = (choice?: RecordChoice) =>
  choice ? { field: choice.field, answers: JSON.stringify(choice.answers) } : {};

export const recordQuery = (id: string) =>
  queryOptions({
    queryKey: ["record", id],
    queryFn: ({ signal }) =>
      get("/records/{id}", { path: { id }, signal }) as unknown as Promise<RecordRow>,
    staleTime: 60_000,
  });
