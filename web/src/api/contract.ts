/** Types that read the generated contract: which routes a method has, what each takes and answers. */
import type { components, paths } from "./schema.d.ts";

export type Schemas = components["schemas"];

type Prefix = "/api/v1";
type Full<R extends string> = `${Prefix}${R}` & keyof paths;
type Operation<R extends string, M extends string> =
  Full<R> extends keyof paths
    ? M extends keyof paths[Full<R>]
      ? NonNullable<paths[Full<R>][M]>
      : never
    : never;

/** Routes without the prefix that have the method. */
export type Route<M extends string> = {
  [P in keyof paths]: P extends `${Prefix}${infer R}`
    ? M extends keyof paths[P]
      ? paths[P][M] extends undefined
        ? never
        : R
      : never
    : never;
}[keyof paths];

type Json<T> = T extends { content: { "application/json": infer Body } } ? Body : undefined;
type Good<T> = T extends { responses: infer R } ? R[keyof R & (200 | 201 | 202 | 204)] : never;

/** What the route answers when all is well. */
export type Answer<R extends string, M extends string> = Json<Good<Operation<R, M>>>;

type Parameters<O, Place extends string> = O extends { parameters: infer P }
  ? Place extends keyof P
    ? Exclude<P[Place], undefined>
    : never
  : never;

type Nothing = Record<never, never>;
type PathPart<O> = [Parameters<O, "path">] extends [never]
  ? Nothing
  : { path: Parameters<O, "path"> };
type QueryPart<O> = [Parameters<O, "query">] extends [never]
  ? Nothing
  : {
      query?: {
        [K in keyof Parameters<O, "query">]?: Parameters<O, "query">[K] | null | undefined;
      };
    };
type BodyPart<O> = O extends { requestBody: { content: { "application/json": infer Body } } }
  ? { body: Body }
  : Nothing;
type Header<O> = Parameters<O, "header">;
type VersionPart<O> = [Header<O>] extends [never]
  ? Nothing
  : "If-Match" extends keyof Header<O>
    ? { version: number }
    : Nothing;
type KeyPart<O> = [Header<O>] extends [never]
  ? Nothing
  : "Idempotency-Key" extends keyof Header<O>
    ? { idempotencyKey?: string }
    : Nothing;

/** What a call of the route has to bring. */
export type Options<R extends string, M extends string> = PathPart<Operation<R, M>> &
  QueryPart<Operation<R, M>> &
  BodyPart<Operation<R, M>> &
  VersionPart<Operation<R, M>> &
  KeyPart<Operation<R, M>> & { signal?: AbortSignal };
