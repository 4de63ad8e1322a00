import { useEffect, useSyncExternalStore } from "react";
import { useTexts } from "@/i18n/index.tsx";
import { Icon } from "./Icon.tsx";
import styles from "./toast.module.css";

interface Toast {
  id: number;
  text: string;
  tone: "plain" | "error";
  act?: { label: string; run: () => void };
}

const SHOWN_MS = 8000;
let toasts: Toast[] = [];
let count = 0;
const listeners = new Set<() => void>();

function change(next: Toast[]): void {
  toasts = next;
  for (const each of listeners) each();
}

/** Tells something in passing; stays eight seconds, longer while pointed at. */
export function toast(
  text: string,
  options: { tone?: Toast["tone"]; act?: Toast["act"] } = {},
): void {
  count += 1;
  const next: Toast = { id: count, text, tone: options.tone ?? "plain" };
  if (options.act) next.act = options.act;
  change([...toasts.slice(-2), next]);
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (notify) => {
      listeners.add(notify);
      return () => listeners.delete(notify);
    },
    () => toasts,
  );
  return (
    <div className={styles.region} role="status" aria-live="polite" data-print="no">
      {shown.map((each) => (
        <ToastCard key={each.id} toast={each} />
      ))}
    </div>
  );
}

function ToastCard({ toast: shown }: { toast: Toast }) {
  const texts = useTexts();
  const remove = () => change(toasts.filter((each) => each.id !== shown.id));
  useEffect(() => {
    const timer = setInterval(() => {
      const card = document.getElementById(`toast-${shown.id}`);
      if (!card?.matches(":hover, :focus-within"))
        change(toasts.filter((each) => each.id !== shown.id));
    }, SHOWN_MS);
    return () => clearInterval(timer);
  }, [shown.id]);
  return (
    <div
      id={`toast-${shown.id}`}
      className={`${styles.toast} ${shown.tone === "error" ? styles.error : ""}`}
    >
      <Icon name={shown.tone === "error" ? "warn" : "check"} size={16} />
      <span className={styles.text}>{shown.text}</span>
      {shown.act && (
        <button
          type="button"
          className={styles.act}
          onClick={() => {
            shown.act?.run();
            remove();
          }}
        >
          {shown.act.label}
        </button>
      )}
      <button
        type="button"
        className={styles.close}
        aria-label={texts.common.close}
        onClick={remove}
      >
        <Icon name="close" size={14} />
      </button>
    </div>
  );
}
