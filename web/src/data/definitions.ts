import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { call, get, newKey, post, put } from "@/api/client.ts";
import type {
  Change,
  Definition,
  DefinitionRow,
  DefinitionVersion,
  Page,
  Problem,
} from "@/api/types.ts";

const path = (kind: string, key: string) => `/definitions/${kind}/${key}`;

export const definitionListQuery = (kind: string) =>
  queryOptions({
    queryKey: ["definitions", "list", kind],
    queryFn: async ({ signal }) => {
      const items: DefinitionRow[] = [];
      let after: string | null = null;
      do {
        const page: Page<DefinitionRow> = await get("/definitions", {
          query: { kind, limit: 200, after },
          signal,
        });
        items.push(...page.items);
        after = page.next;
      } while (after);
      return items;
    },
    staleTime: 15_000,
  });

export const definitionQuery = (kind: string, key: string) =>
  queryOptions({
    queryKey: ["definitions", "one", kind, key],
    queryFn: ({ signal }) => get<Definition>(path(kind, key), { signal }),
    staleTime: 10_000,
  });

export const versionsQuery = (kind: string, key: string) =>
  queryOptions({
    queryKey: ["definitions", "one", kind, key, "versions"],
    queryFn: ({ signal }) =>
      get<Page<DefinitionVersion>>(`${path(kind, key)}/versions`, { signal }).then((p) => p.items),
    staleTime: 10_000,
  });

export const versionQuery = (kind: string, key: string, version: number) =>
  queryOptions({
    queryKey: ["definitions", "one", kind, key, "versions", version],
    queryFn: ({ signal }) =>
      get<DefinitionVersion>(`${path(kind, key)}/versions/${version}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** From one version to another, or to the draft when `to` is left out. */
export const diffQuery = (kind: string, key: string, from: number, to?: number) =>
  queryOptions({
    queryKey: ["definitions", "one", kind, key, "diff", from, to ?? "draft"],
    queryFn: ({ signal }) =>
      get<Page<Change>>(`${path(kind, key)}/diff`, { query: { from, to }, signal }).then(
        (p) => p.items,
      ),
    staleTime: 5_000,
  });

export function checkDocument(kind: string, document: unknown): Promise<Problem[]> {
  return post<{ problems: Problem[] }>("/definitions/check", { kind, document }).then(
    (answer) => answer.problems,
  );
}

/** `revision` is the draft's own; 0 makes a new definition. */
export function saveDraft(
  kind: string,
  key: string,
  document: unknown,
  revision: number,
): Promise<DefinitionRow> {
  return put<DefinitionRow>(`${path(kind, key)}/draft`, { document }, { version: revision });
}

export function useDiscard(kind: string, key: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (revision: number) =>
      call("DELETE", `${path(kind, key)}/draft`, { version: revision }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["definitions"] }),
  });
}

export function usePublish(kind: string, key: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ note, revision }: { note: string; revision: number }) =>
      post<DefinitionVersion>(
        `${path(kind, key)}/publish`,
        { note },
        { version: revision, idempotencyKey: newKey() },
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["definitions"] }),
  });
}

export function useRollBack(kind: string, key: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { version: number; note: string }) =>
      post<DefinitionVersion>(`${path(kind, key)}/rollback`, body, { idempotencyKey: newKey() }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["definitions"] }),
  });
}

interface Bundle {
  /** Document by path, such as `forms/repair.json`. */
  files: Record<string, unknown>;
}

export function exportDefinitions(): Promise<Bundle> {
  return get<Bundle>("/definitions/export");
}

export function useImport() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (bundle: Bundle) =>
      post<{ documents: unknown }>("/definitions/import", bundle, { idempotencyKey: newKey() }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["definitions"] }),
  });
}
