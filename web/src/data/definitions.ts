import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, newKey, post, put, remove } from "@/api/client.ts";
import type { Change, Definition, DefinitionRow, DefinitionVersion, Problem } from "@/api/types.ts";

/** JSON documents are opaque to the contract. */
type Document = Record<string, never>;

const one = (kind: string, key: string) => ["definitions", "one", kind, key] as const;

export const definitionListQuery = (kind: string) =>
  queryOptions({
    queryKey: ["definitions", "list", kind],
    queryFn: ({ signal }) =>
      get("/definitions", { query: { kind }, signal }).then((page) => page.items),
    staleTime: 15_000,
  });

export const definitionQuery = (kind: string, key: string) =>
  queryOptions({
    queryKey: one(kind, key),
    queryFn: ({ signal }) =>
      get("/definitions/{kind}/{key}", { path: { kind, key }, signal }) as Promise<Definition>,
    staleTime: 10_000,
  });

export const versionsQuery = (kind: string, key: string) =>
  queryOptions({
    queryKey: [...one(kind, key), "versions"],
    queryFn: ({ signal }) =>
      get("/definitions/{kind}/{key}/versions", { path: { kind, key }, signal }).then(
        (page) => page.items as DefinitionVersion[],
      ),
    staleTime: 10_000,
  });

export const versionQuery = (kind: string, key: string, version: number) =>
  queryOptions({
    queryKey: [...one(kind, key), "versions", version],
    queryFn: ({ signal }) =>
      get("/definitions/{kind}/{key}/versions/{version}", {
        path: { kind, key, version },
        signal,
      }) as Promise<DefinitionVersion>,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** From one version to another, or to the draft when `to` is left out. */
export const diffQuery = (kind: string, key: string, from: number, to?: number) =>
  queryOptions({
    queryKey: [...one(kind, key), "diff", from, to ?? "draft"],
    queryFn: ({ signal }) =>
      get("/definitions/{kind}/{key}/diff", {
        path: { kind, key },
        query: { from, to },
        signal,
      }).then((page) => page.items as Change[]),
    staleTime: 5_000,
  });

export function checkDocument(kind: string, document: unknown): Promise<Problem[]> {
  const body = { kind, document: document as Document };
  return post("/definitions/check", { body }).then((answer) => answer.problems as Problem[]);
}

/** `revision` is the draft's own; 0 makes a new definition. */
export function saveDraft(
  kind: string,
  key: string,
  document: unknown,
  revision: number,
): Promise<DefinitionRow> {
  const body = { document: document as Document };
  return put("/definitions/{kind}/{key}/draft", { path: { kind, key }, body, version: revision });
}

export function useDiscard(kind: string, key: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (revision: number) =>
      remove("/definitions/{kind}/{key}/draft", { path: { kind, key }, version: revision }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["definitions"] }),
  });
}

export function usePublish(kind: string, key: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ note, revision }: { note: string; revision: number }) =>
      post("/definitions/{kind}/{key}/publish", {
        path: { kind, key },
        body: { note },
        version: revision,
        idempotencyKey: newKey(),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["definitions"] }),
  });
}

export function useRollBack(kind: string, key: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { version: number; note: string }) =>
      post("/definitions/{kind}/{key}/rollback", {
        path: { kind, key },
        body,
        idempotencyKey: newKey(),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["definitions"] }),
  });
}

interface Bundle {
  /** Document by path, such as `forms/repair.json`. */
  files: Record<string, unknown>;
}

export function exportDefinitions(): Promise<Bundle> {
  return get("/definitions/export", {});
}

export function useImport() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ files }: Bundle) =>
      post("/definitions/import", { body: { files: files as Document }, idempotencyKey: newKey() }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["definitions"] }),
  });
}
