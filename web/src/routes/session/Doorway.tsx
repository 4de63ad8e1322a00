import type { ReactNode } from "react";
import { usePreferences } from "@/app/preferences.tsx";
import { useTexts } from "@/i18n/index.tsx";
import styles from "./Doorway.module.css";

/** The frame of the pages before anybody is signed in. */
export function Doorway({ title, children }: { title: string; children?: ReactNode }) {
  const texts = useTexts();
  const { language, setLanguage } = usePreferences();
  return (
    <div className={styles.page}>
      <main className={styles.card}>
        <div className={styles.brand}>
          <svg viewBox="0 0 32 32" width="36" height="36" aria-hidden="true">
            <rect width="32" height="32" rx="8" fill="var(--accent)" />
            <path
              d="M9 10h14M16 10v12M8 22h16"
              stroke="var(--on-accent)"
              strokeWidth="3"
              strokeLinecap="round"
              fill="none"
            />
          </svg>
          <span>{texts.common.product}</span>
        </div>
        <h1 className={styles.title}>{title}</h1>
        {children}
      </main>
      <footer className={styles.foot}>
        <button
          type="button"
          className={styles.language}
          lang={language === "zh" ? "en" : "zh-CN"}
          onClick={() => setLanguage(language === "zh" ? "en" : "zh")}
        >
          {language === "zh" ? "English" : "中文"}
        </button>
      </footer>
    </div>
  );
}
