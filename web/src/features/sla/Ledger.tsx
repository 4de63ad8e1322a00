import type { Clock, LedgerEntry } from "@/api/types.ts";
import { dateTime, duration } from "@/i18n/format.ts";
import {
  type Dictionary,
  type Language,
  pick,
  type ServerText,
  useLanguage,
  useTexts,
} from "@/i18n/index.tsx";
import styles from "./ClocksCard.module.css";

/** Where the time went, stretch by stretch, and why. */
export function Ledger({ clock }: { clock: Clock }) {
  const texts = useTexts();
  const language = useLanguage();
  const { sla } = texts;
  if (clock.ledger.length === 0) return <p className="quiet">{sla.noLedger}</p>;
  const kinds = { running: sla.running, paused: sla.pausedKind, outside_hours: sla.outside };
  return (
    <div className={styles.ledger}>
      <table>
        <thead className="hidden-visually">
          <tr>
            <th scope="col">{texts.common.from}</th>
            <th scope="col">{sla.title}</th>
            <th scope="col">{texts.ticket.why}</th>
          </tr>
        </thead>
        <tbody>
          {clock.ledger.map((entry) => (
            <tr key={entry.from} data-kind={entry.kind}>
              <td className="num">
                {dateTime(entry.from, language)} – {entry.to ? end(entry, language) : sla.now}
              </td>
              <td className="num">{entry.to && duration(span(entry), language)}</td>
              <td>
                <span className={styles.kind}>{kinds[entry.kind]}</span>{" "}
                {causeWords(entry, texts, language)}
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td colSpan={3}>{sla.elapsed(duration(clock.elapsed_ms, language))}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

const span = (entry: LedgerEntry) =>
  new Date(entry.to ?? 0).getTime() - new Date(entry.from).getTime();

/** The end without its date when it is the same day. */
function end(entry: LedgerEntry, language: Language): string {
  const to = entry.to ?? entry.from;
  const full = dateTime(to, language);
  return new Date(entry.from).toDateString() === new Date(to).toDateString()
    ? full.slice(-5)
    : full;
}

/** 节假日：国庆节; a pause names the condition or the reason somebody gave. */
export function causeWords(entry: LedgerEntry, texts: Dictionary, language: Language): string {
  if (!entry.cause) return "";
  const { code, params = {} } = entry.cause;
  const short = code.replace(/^.*\./, "");
  const word = texts.sla.causes[code] ?? texts.sla.causes[short] ?? "";
  const detail = params.name ?? params.title ?? params.reason ?? params.status;
  if (!detail) return word;
  const named =
    params.status === detail
      ? texts.common.status[String(detail)]
      : pick(detail as ServerText, language);
  return word
    ? `${word}${language === "zh" ? "：" : ": "}${named ?? detail}`
    : String(named ?? detail);
}
