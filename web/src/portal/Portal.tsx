import { useEffect, useState } from "react";
import { get } from "@/api/client.ts";
import { ApiError } from "@/api/errors.ts";
import type { TicketType } from "@/api/types.ts";
import type { FormDocument } from "@/forms/document.ts";
import { pick } from "@/i18n/index.tsx";
import styles from "./portal.module.css";
import { Report } from "./Report.tsx";
import { en, zh } from "./words.ts";

export const language = document.documentElement.lang === "en" ? "en" : "zh";
export const texts = language === "en" ? en : zh;

/** One column, one question, a number at the end. */
export function Portal() {
  const [types, setTypes] = useState<TicketType[] | null>(null);
  const [form, setForm] = useState<FormDocument | null>(null);
  const [number, setNumber] = useState<string | null>(null);
  const [refused, setRefused] = useState<unknown>(null);

  useEffect(() => {
    get("/ticket-types", {}).then((page) => setTypes(page.items), setRefused);
  }, []);
  const choose = (key: string) =>
    get("/forms/{key}", { path: { key } }).then(
      (answer) => setForm(answer.document as unknown as FormDocument),
      setRefused,
    );

  return (
    <main className={styles.page}>
      {refused instanceof ApiError && refused.problem.status === 401 ? (
        <p>
          {texts.signIn}: <a href="/sign-in?next=/portal.html">{texts.signInLink}</a>
        </p>
      ) : number ? (
        <Done
          number={number}
          onAgain={() => {
            setNumber(null);
            setForm(null);
          }}
        />
      ) : form ? (
        <Report form={form} onDone={setNumber} onBack={() => setForm(null)} />
      ) : (
        <>
          <h1 className={styles.title}>{texts.title}</h1>
          <p className="quiet">{types?.length === 0 ? texts.nothing : texts.choose}</p>
          <ul className={styles.types}>
            {types?.map((type) => (
              <li key={type.key}>
                <button type="button" className={styles.type} onClick={() => void choose(type.key)}>
                  {pick(type.title, language)}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </main>
  );
}

function Done({ number, onAgain }: { number: string; onAgain: () => void }) {
  return (
    <div role="status">
      <h1 className={styles.title}>
        {texts.done} <span className="num">{number}</span>
      </h1>
      <p>{texts.follow}</p>
      <button type="button" className={styles.submit} onClick={onAgain}>
        {texts.again}
      </button>
    </div>
  );
}
