import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client.ts";
import type { Org, Page, Person, RecordRow } from "@/api/types.ts";

export const peopleQuery = (q: string) =>
  queryOptions({
    queryKey: ["people", q],
    queryFn: ({ signal }) =>
      get<Page<Person>>("/people", { query: { q, limit: 20 }, signal }).then((p) => p.items),
    staleTime: 60_000,
  });

export const orgsQuery = queryOptions({
  queryKey: ["orgs"],
  queryFn: ({ signal }) =>
    get<Page<Org>>("/orgs", { query: { limit: 200 }, signal }).then((p) => p.items),
  staleTime: 5 * 60_000,
});

export const recordsQuery = (type: string, q: string) =>
  queryOptions({
    queryKey: ["records", type, q],
    queryFn: ({ signal }) =>
      get<Page<RecordRow>>("/records", { query: { type, q, limit: 20 }, signal }).then(
        (p) => p.items,
      ),
    staleTime: 60_000,
  });

export const recordQuery = (id: string) =>
  queryOptions({
    queryKey: ["record", id],
    queryFn: ({ signal }) => get<RecordRow>(`/records/${id}`, { signal }),
    staleTime: 60_000,
  });
