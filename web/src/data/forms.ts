import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client.ts";
import type { FieldRight } from "@/api/types.ts";
import type { FormDocument } from "@/forms/document.ts";

interface FormAnswer {
  key: string;
  version: number;
  document: FormDocument;
  field_rights: Record<string, FieldRight>;
}

/** The published form, or the version a ticket was filled in with. */
export const formQuery = (key: string, version?: number) =>
  queryOptions({
    queryKey: ["forms", key, version ?? "active"],
    queryFn: ({ signal }) =>
      get("/forms/{key}", {
        path: { key },
        query: { version },
        signal,
      }) as unknown as Promise<FormAnswer>,
    staleTime: version ? Number.POSITIVE_INFINITY : 60_000,
  });
