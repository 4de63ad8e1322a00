import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import type { Language } from "@/i18n/index.tsx";
import { useMedia } from "@/lib/hooks.ts";

export type ThemeChoice = "auto" | "light" | "dark";

interface Preferences {
  theme: ThemeChoice;
  mode: "light" | "dark";
  language: Language;
  setTheme: (theme: ThemeChoice) => void;
  setLanguage: (language: Language) => void;
}

const PreferencesContext = createContext<Preferences | null>(null);

/** Plain strings, because `theme.js` reads them and sets the page's theme and language before any of this code runs. */
function readPlain(key: string): string | null {
  try {
    return localStorage.getItem(`gongdan.${key}`);
  } catch {
    return null;
  }
}

function writePlain(key: string, value: string): void {
  try {
    localStorage.setItem(`gongdan.${key}`, value);
  } catch {
    // The choice then lasts as long as the page.
  }
}

export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [theme, setThemeState] = useState<ThemeChoice>(
    () => (readPlain("theme") as ThemeChoice) ?? "auto",
  );
  const [language, setLanguageState] = useState<Language>(() =>
    document.documentElement.lang === "en" ? "en" : "zh",
  );
  const systemDark = useMedia("(prefers-color-scheme: dark)");
  const mode = theme === "auto" ? (systemDark ? "dark" : "light") : theme;

  useEffect(() => {
    document.documentElement.dataset.theme = mode;
  }, [mode]);
  useEffect(() => {
    document.documentElement.lang = language === "en" ? "en" : "zh-CN";
  }, [language]);

  const value = useMemo<Preferences>(
    () => ({
      theme,
      mode,
      language,
      setTheme: (next) => {
        writePlain("theme", next);
        setThemeState(next);
      },
      setLanguage: (next) => {
        writePlain("language", next);
        setLanguageState(next);
      },
    }),
    [theme, mode, language],
  );
  return <PreferencesContext value={value}>{children}</PreferencesContext>;
}

export function usePreferences(): Preferences {
  const value = useContext(PreferencesContext);
  if (!value) throw new Error("PreferencesProvider is missing");
  return value;
}
