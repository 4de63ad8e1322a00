import type { Language } from "@/i18n/index.tsx";
import { spaced } from "@/i18n/spacing.ts";
import { sentences } from "./problems.gen.ts";

export interface FieldProblem {
  pointer: string;
  code: string;
  params?: Record<string, unknown>;
}

/** A refusal as the server words it (RFC 9457). */
export interface ProblemDocument {
  status: number;
  code: string;
  title?: string;
  detail?: string;
  request_id?: string | undefined;
  errors?: FieldProblem[];
  params?: Record<string, unknown>;
  retry_after?: number | undefined;
}

export class ApiError extends Error {
  readonly problem: ProblemDocument;

  constructor(problem: ProblemDocument) {
    super(problem.code);
    this.name = "ApiError";
    this.problem = problem;
  }
}

/** Codes that only the browser can give. */
const OWN: Record<string, { zh: string; en: string }> = {
  "network.unreachable": {
    zh: "连不上服务器。你输入的内容已保留，请检查网络后重试",
    en: "The server cannot be reached. What you typed was kept; check the network and try again",
  },
  "page.failed": {
    zh: "页面出错了。你输入的内容已保留，请刷新后重试",
    en: "Something went wrong on this page. What you typed was kept; reload and try again",
  },
};

/** The sentence of a code in the reader's language, parameters filled in. */
export function sentence(
  code: string,
  params: Record<string, unknown> | undefined,
  language: Language,
): string {
  const entry = OWN[code] ?? sentences[code];
  if (!entry) return code;
  const filled = entry[language].replace(/\{(\w+)\}/g, (_, name: string) =>
    word(params?.[name], language),
  );
  return language === "zh" ? spaced(filled) : filled;
}

function word(value: unknown, language: Language): string {
  if (value === null || value === undefined) return "…";
  if (typeof value === "object") {
    const texts = value as Record<string, unknown>;
    return String(texts[language] ?? texts.zh ?? JSON.stringify(value));
  }
  return String(value);
}

/** What to tell a person about anything that was thrown. */
export function explain(error: unknown, language: Language): string {
  if (!(error instanceof ApiError)) return sentence("page.failed", undefined, language);
  const { code, params, errors, request_id, detail } = error.problem;
  const all = { request_id, seconds: error.problem.retry_after, ...params };
  const known = OWN[code] ?? sentences[code];
  const first = errors?.[0];
  if (first && errors?.length === 1) return sentence(first.code, first.params, language);
  return known ? sentence(code, all, language) : (detail ?? code);
}

export function isStale(error: unknown): boolean {
  return error instanceof ApiError && error.problem.status === 412;
}

export function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.problem.status === 404;
}
