import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { get, post, remove } from "@/api/client.ts";
import { ApiError } from "@/api/errors.ts";
import type { Session } from "@/api/types.ts";

/** Who is signed in; null when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async (): Promise<Session | null> => {
    try {
      return await get("/session", {});
    } catch (error) {
      if (error instanceof ApiError && error.problem.status === 401) return null;
      throw error;
    }
  },
  staleTime: 5 * 60_000,
});

/** The session on pages that only exist for somebody signed in. */
export function useSession(): Session {
  const { data } = useSuspenseQuery(sessionQuery);
  if (!data) throw new ApiError({ status: 401, code: "access.sign_in_required" });
  return data;
}

export function useMay(permission: string): boolean {
  return useSession().permissions.includes(permission);
}

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { login: string; password: string }) => post("/session", { body }),
    onSuccess: () => client.resetQueries(),
  });
}

export function useLinkSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (token: string) => post("/session/link", { body: { token } }),
    onSuccess: () => client.resetQueries(),
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => remove("/session", {}),
    onSuccess: () => client.clear(),
  });
}
