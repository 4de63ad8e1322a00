import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError, isStale } from "@/api/errors.ts";
import type { FileRef } from "@/api/types.ts";
import {
  type Audience,
  draftQuery,
  readDraft,
  type ServerDraft,
  saveDraft,
  sendDraft,
  takeBackDraft,
} from "@/data/drafts.ts";
import { forget, readStored, store } from "@/lib/storage.ts";

export interface Draft {
  audience: Audience;
  body: string;
  files: string[];
}

/** `kept` lies on the server; `waiting` only in this browser so far. */
export type Keeping = "blank" | "waiting" | "kept" | "offline";

interface Local {
  draft: Draft;
  /** The server's version that the text grew from. */
  version: number;
}

/** Replies wait this long before they leave; a note stays among colleagues and goes at once. */
const HOLD_SECONDS = 10;
const SAVE_AFTER_MS = 800;
const RETRY_MS = 5000;

/**
 * The text of one person under one ticket. Every change goes to this browser at once and to the server within two
 * seconds; a text saved from another page is never overwritten but offered.
 */
export function useDraft(ticket: string, person: string, audience: Audience) {
  const storeKey = `draft.${person}.${ticket}`;
  const blank: Draft = { audience, body: "", files: [] };
  const [draft, setDraft] = useState<Draft>(
    () => readStored<Local>(storeKey)?.draft ?? { audience, body: "", files: [] },
  );
  const [keeping, setKeeping] = useState<Keeping>("blank");
  const [held, setHeld] = useState<ServerDraft | null>(null);
  const [other, setOther] = useState<ServerDraft | null>(null);
  const [known, setKnown] = useState<FileRef[]>([]);
  const version = useRef(readStored<Local>(storeKey)?.version ?? 0);
  const text = useRef(draft);
  const dirty = useRef(readStored<Local>(storeKey) !== null);
  const saving = useRef<Promise<boolean> | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const show = useCallback((next: Draft) => {
    text.current = next;
    setDraft(next);
  }, []);

  /** Takes over what the server has. */
  const adopt = useCallback(
    (found: ServerDraft | null) => {
      version.current = found?.version ?? 0;
      dirty.current = false;
      forget(storeKey);
      setOther(null);
      setHeld(found?.send_at ? found : null);
      setKnown(found?.files ?? []);
      setKeeping(found ? "kept" : "blank");
      show(
        found && !found.send_at
          ? { audience: found.visibility, body: found.body, files: found.files.map(({ id }) => id) }
          : { audience: found?.visibility ?? text.current.audience, body: "", files: [] },
      );
    },
    [storeKey, show],
  );

  const { data: first } = useQuery(draftQuery(ticket));
  const loaded = useRef(false);

  /** Sends what is unsaved; true when the server has all of it. */
  const save = useCallback(async (): Promise<boolean> => {
    clearTimeout(timer.current);
    if (saving.current && !(await saving.current)) return false;
    if (!dirty.current) return true;
    const { audience: visibility, body, files } = text.current;
    const sent = text.current;
    const run = saveDraft(ticket, version.current, { visibility, body, files }).then(
      (kept) => {
        version.current = kept?.version ?? 0;
        if (text.current === sent) {
          dirty.current = false;
          forget(storeKey);
          setKeeping(kept ? "kept" : "blank");
        }
        return true;
      },
      async (error: unknown) => {
        const fast = isStale(error) || (error instanceof ApiError && error.problem.status === 409);
        if (fast) {
          const found = await readDraft(ticket).catch(() => null);
          if (found?.send_at) adopt(found);
          else if (found && found.body !== text.current.body) setOther(found);
          else version.current = found?.version ?? 0;
        } else setKeeping("offline");
        timer.current = setTimeout(() => void save(), RETRY_MS);
        return false;
      },
    );
    saving.current = run;
    const done = await run;
    saving.current = null;
    // What was typed meanwhile goes next.
    return done && dirty.current ? save() : done;
  }, [ticket, storeKey, adopt]);

  useEffect(() => {
    if (first === undefined || loaded.current) return;
    loaded.current = true;
    const fits = (first?.version ?? 0) === version.current || !first;
    if (!dirty.current || first?.send_at) adopt(first);
    else if (fits) {
      version.current = first?.version ?? 0;
      setKnown(first?.files ?? []);
      void save();
    } else setOther(first);
  }, [first, adopt, save]);

  useEffect(() => () => clearTimeout(timer.current), []);

  const change = (part: Partial<Draft>) => {
    const next = { ...text.current, ...part };
    show(next);
    const empty = !next.body && next.files.length === 0;
    if (empty && version.current === 0) {
      dirty.current = false;
      forget(storeKey);
      setKeeping("blank");
      return;
    }
    dirty.current = true;
    store(storeKey, { draft: next, version: version.current } satisfies Local);
    setKeeping("waiting");
    clearTimeout(timer.current);
    if (!other) timer.current = setTimeout(() => void save(), SAVE_AFTER_MS);
  };

  const choose = (mine: boolean) => {
    if (!other) return;
    if (mine) {
      version.current = other.version;
      dirty.current = true;
      setOther(null);
      void save();
    } else adopt(other);
  };

  /** Hands the text over: a reply is held for a while, a note leaves now. */
  const send = async () => {
    dirty.current = true;
    if (!(await save())) return false;
    const seconds = text.current.audience === "public" ? HOLD_SECONDS : 0;
    adopt(await sendDraft(ticket, version.current, seconds));
    return true;
  };
  const sendNow = async () => {
    if (held) adopt(await sendDraft(ticket, held.version, 0));
  };
  const takeBack = async () => adopt(await takeBackDraft(ticket));
  /** After the hold: learns whether it has left. */
  const look = useCallback(async () => {
    const found = await readDraft(ticket);
    if (!found?.send_at) adopt(found);
    return !found?.send_at;
  }, [ticket, adopt]);

  return {
    draft: draft ?? blank,
    keeping,
    held,
    other,
    known,
    change,
    choose,
    send,
    sendNow,
    takeBack,
    look,
  };
}
