import type { SuggestionReason } from "@/api/types.ts";
import { useTexts } from "@/i18n/index.tsx";
import styles from "./SuggestionsCard.module.css";

interface Piece {
  text: string;
  weight: number;
}

/** The report with the words that counted marked, stronger where they counted more. */
export function Highlighted({ text, reasons }: { text: string; reasons: SuggestionReason[] }) {
  const { ticket } = useTexts();
  if (reasons.length === 0) return <p className="quiet small">{ticket.noReasons}</p>;
  const pieces = cut(text, reasons);
  const marked = pieces.some((piece) => piece.weight > 0);
  if (!marked) {
    return (
      <p className={styles.source}>
        {reasons.map((reason) => (
          <mark key={`${reason.text}${reason.start}`}>{reason.text}</mark>
        ))}
      </p>
    );
  }
  return (
    <p className={styles.source}>
      {pieces.map((piece, i) => {
        const key = `${i}${piece.text}`;
        if (piece.weight <= 0) return <span key={key}>{piece.text}</span>;
        return (
          <mark key={key} data-strong={piece.weight >= 0.5 || undefined}>
            {piece.text}
          </mark>
        );
      })}
    </p>
  );
}

/** Cuts the text at the spans of the reasons; offsets count characters, and a span that does not match is searched. */
export function cut(text: string, reasons: SuggestionReason[]): Piece[] {
  const letters = Array.from(text);
  const weights = new Array<number>(letters.length).fill(0);
  const strongest = Math.max(...reasons.map((reason) => Math.abs(reason.weight ?? 1)), 0.0001);
  for (const reason of reasons) {
    const start = locate(letters, reason);
    const length = Array.from(reason.text).length;
    if (start < 0) continue;
    const weight = Math.abs(reason.weight ?? 1) / strongest;
    for (let i = start; i < start + length; i += 1) weights[i] = Math.max(weights[i] ?? 0, weight);
  }
  const pieces: Piece[] = [];
  letters.forEach((letter, i) => {
    const weight = weights[i] ?? 0;
    const last = pieces.at(-1);
    if (last && last.weight === weight) last.text += letter;
    else pieces.push({ text: letter, weight });
  });
  return pieces;
}

function locate(letters: string[], reason: SuggestionReason): number {
  const start = reason.start ?? -1;
  const wanted = Array.from(reason.text);
  const matches = (at: number) => wanted.every((letter, i) => letters[at + i] === letter);
  if (start >= 0 && matches(start)) return start;
  return letters.findIndex((_, at) => matches(at));
}
