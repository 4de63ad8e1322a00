import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client.ts";
import type { Overview } from "@/api/types.ts";

export const overviewQuery = (days: number) =>
  queryOptions({
    queryKey: ["stats", "overview", days],
    queryFn: ({ signal }) =>
      get("/stats/overview", { query: { days }, signal }) as Promise<Overview>,
    staleTime: 60_000,
  });
