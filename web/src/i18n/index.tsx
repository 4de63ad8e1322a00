import { createContext, type ReactNode, useCallback, useContext, useMemo } from "react";
import * as acts from "./texts/acts.ts";
import * as common from "./texts/common.ts";
import * as design from "./texts/design.ts";
import * as form from "./texts/form.ts";
import * as inbox from "./texts/inbox.ts";
import * as queue from "./texts/queue.ts";
import * as shell from "./texts/shell.ts";
import * as sla from "./texts/sla.ts";
import * as start from "./texts/start.ts";
import * as ticket from "./texts/ticket.ts";

export type Language = "zh" | "en";

const areas = { acts, common, design, form, inbox, queue, shell, sla, start, ticket };
type Areas = typeof areas;

/** Every sentence of the web app; each area's English must have the shape of its Chinese, or tsc fails. */
export type Dictionary = { [Area in keyof Areas]: Areas[Area]["zh"] };

function dictionary(language: Language): Dictionary {
  const entries = Object.entries(areas).map(([area, texts]) => [area, texts[language]]);
  return Object.fromEntries(entries) as Dictionary;
}

export const dictionaries: Record<Language, Dictionary> = {
  zh: dictionary("zh"),
  en: dictionary("en"),
};

interface Speech {
  language: Language;
  texts: Dictionary;
}

const SpeechContext = createContext<Speech>({ language: "zh", texts: dictionaries.zh });

export function SpeechProvider({
  language,
  children,
}: {
  language: Language;
  children: ReactNode;
}) {
  const speech = useMemo(() => ({ language, texts: dictionaries[language] }), [language]);
  return <SpeechContext value={speech}>{children}</SpeechContext>;
}

/** The dictionary of the current language. */
export function useTexts(): Dictionary {
  return useContext(SpeechContext).texts;
}

export function useLanguage(): Language {
  return useContext(SpeechContext).language;
}

/** A text as the server sends it: by language, or one for all. */
export type ServerText = string | Record<string, string> | null | undefined;

/** The text in the reader's language, else in Chinese, else in any. */
export function pick(text: ServerText, language: Language): string {
  if (text === null || text === undefined) return "";
  if (typeof text === "string") return text;
  return text[language] ?? text.zh ?? Object.values(text)[0] ?? "";
}

/** `pick` bound to the current language. */
export function usePick(): (text: ServerText) => string {
  const language = useLanguage();
  return useCallback((text) => pick(text, language), [language]);
}
