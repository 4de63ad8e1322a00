import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { get } from "@/api/client.ts";
import { isStale } from "@/api/errors.ts";
import type { Definition } from "@/api/types.ts";
import { definitionQuery, saveDraft } from "@/data/definitions.ts";

export type DraftState = "same" | "typing" | "saving" | "saved" | "invalid" | "failed" | "conflict";

const REST_MS = 1200;

export const pretty = (document: unknown) => JSON.stringify(document, null, 2);

/** The text in the editor and its way to the server: saved when the typing rests, never over somebody else's. */
export function useDraft(definition: Definition) {
  const client = useQueryClient();
  const { kind, key } = definition;
  const initial = pretty(definition.draft ?? definition.document ?? {});
  const [base, setBase] = useState({ text: initial, count: 0 });
  const [text, setText] = useState(initial);
  const [state, setState] = useState<DraftState>(definition.draft ? "saved" : "same");
  const [savedAt, setSavedAt] = useState<string | null>(definition.draft_at);
  const revision = useRef(definition.version);

  const save = async (current: string) => {
    const document = parse(current);
    if (document === undefined) {
      setState("invalid");
      return;
    }
    setState("saving");
    try {
      const row = await saveDraft(kind, key, document, revision.current);
      revision.current = row.version;
      setSavedAt(row.draft_at ?? new Date().toISOString());
      setState("saved");
      void client.invalidateQueries({ queryKey: ["definitions", "list"] });
    } catch (error) {
      setState(isStale(error) ? "conflict" : "failed");
    }
  };
  const latest = useRef(save);
  latest.current = save;

  useEffect(() => {
    if (state !== "typing") return;
    const timer = setTimeout(() => void latest.current(text), REST_MS);
    return () => clearTimeout(timer);
  }, [text, state]);

  const replace = (next: Definition) => {
    const content = pretty(next.draft ?? next.document ?? {});
    revision.current = next.version;
    setBase(({ count }) => ({ text: content, count: count + 1 }));
    setText(content);
    setState(next.draft ? "saved" : "same");
    setSavedAt(next.draft_at);
  };

  return {
    text,
    base,
    state,
    savedAt,
    revision: () => revision.current,
    document: () => parse(text),
    type: (next: string) => {
      setText(next);
      setState("typing");
    },
    flush: () => (state === "typing" || state === "failed" ? save(text) : Promise.resolve()),
    format: () => {
      const document = parse(text);
      if (document === undefined) return;
      const next = pretty(document);
      setBase(({ count }) => ({ text: next, count: count + 1 }));
      setText(next);
      if (next !== text) setState("typing");
    },
    takeTheirs: async () =>
      replace(await client.fetchQuery({ ...definitionQuery(kind, key), staleTime: 0 })),
    keepMine: async () => {
      const theirs = await get("/definitions/{kind}/{key}", { path: { kind, key } });
      revision.current = theirs.version;
      await save(text);
    },
    replace,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
