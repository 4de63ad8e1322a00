import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client.ts";
import type { Overview } from "@/api/types.ts";

export const overviewQuery = (days: number) =>
  queryOptions({
    queryKey: ["stats", "overview", days],
    queryFn: ({ signal }) => get<Overview>("/stats/overview", { query: { days }, signal }),
    staleTime: 60_000,
  });
