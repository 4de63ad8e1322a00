import { ApiError, sentence } from "@/api/errors.ts";
import type { Language } from "@/i18n/index.tsx";
import type { FormProblem } from "./logic.ts";

export type Errors = Record<string, string[]>;

export function wordProblems(problems: FormProblem[], language: Language): Errors {
  const errors: Errors = {};
  for (const { path, code, params } of problems) {
    const list = errors[path] ?? [];
    list.push(sentence(code, params, language));
    errors[path] = list;
  }
  return errors;
}

/** The server's field problems by path; what belongs to no field stays out. */
export function serverErrors(error: unknown, language: Language): Errors {
  if (!(error instanceof ApiError)) return {};
  const problems = (error.problem.errors ?? []).map(({ pointer, code, params }) => ({
    path: pointer.replace(/^\/((data|fields)\/)?/, ""),
    code,
    ...(params ? { params } : {}),
  }));
  return wordProblems(problems, language);
}

export function countErrors(errors: Errors): number {
  return Object.values(errors).filter((list) => list.length > 0).length;
}
