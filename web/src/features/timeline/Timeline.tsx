import { useEffect, useMemo, useState } from "react";
import type { TimelineItem } from "@/api/types.ts";
import { RichText } from "@/fields/richtext/field.tsx";
import { dateTime, moment } from "@/i18n/format.ts";
import { useLanguage, useTexts } from "@/i18n/index.tsx";
import { useNow } from "@/lib/hooks.ts";
import { FileChip } from "@/ui/FileChip.tsx";
import { Icon } from "@/ui/Icon.tsx";
import { Avatar } from "@/ui/marks.tsx";
import styles from "./Timeline.module.css";
import {
  changes,
  eventWords,
  type FieldChange,
  fieldWord,
  isEcho,
  type Names,
  type Voice,
  valueWord,
  voiceOf,
} from "./words.ts";

type Filter = "all" | Voice;
const FILTERS: Filter[] = ["all", "people", "system", "model", "integration"];
/** Longer runs of system entries fold to their last ones. */
const RUN_SHOWN = 2;

interface TimelineProps {
  items: TimelineItem[];
  names: Names;
}

/** One stream of everything that happened, oldest first. */
export function Timeline({ items, names }: TimelineProps) {
  const texts = useTexts();
  const [filter, setFilter] = useState<Filter>("all");
  const shown = useMemo(
    () => items.filter((item) => (filter === "all" || voiceOf(item) === filter) && !isEcho(item)),
    [items, filter],
  );
  const runs = useMemo(() => groupRuns(shown), [shown]);
  const told = items.length > 0;
  useEffect(() => {
    // The entries come after the page, so the browser did not find the one that the address names.
    if (told && location.hash.length > 1)
      document.getElementById(location.hash.slice(1))?.scrollIntoView({ block: "center" });
  }, [told]);
  return (
    <section aria-label={texts.ticket.timeline}>
      <div className={styles.head}>
        <h2>{texts.ticket.timeline}</h2>
        <div className={styles.filters} role="group" aria-label={texts.queue.filter}>
          {FILTERS.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={filter === each}
              className={filter === each ? styles.filterOn : styles.filter}
              onClick={() => setFilter(each)}
            >
              {texts.ticket.filters[each]}
            </button>
          ))}
        </div>
      </div>
      {shown.length === 0 && <p className="quiet">{texts.ticket.timelineEmpty}</p>}
      <ol className={styles.list}>
        {runs.map((run) => (
          <Run key={run[0]?.seq} run={run} names={names} />
        ))}
      </ol>
    </section>
  );
}

/** Neighbouring system entries form a run; everything else stands alone. */
function groupRuns(items: TimelineItem[]): TimelineItem[][] {
  const runs: TimelineItem[][] = [];
  for (const item of items) {
    const last = runs.at(-1);
    const joins = voiceOf(item) === "system" && !item.comment;
    if (last?.[0] && joins && voiceOf(last[0]) === "system" && !last[0].comment) last.push(item);
    else runs.push([item]);
  }
  return runs;
}

function Run({ run, names }: { run: TimelineItem[]; names: TimelineProps["names"] }) {
  const texts = useTexts();
  const [open, setOpen] = useState(false);
  const folded = run.length > RUN_SHOWN + 1 && !open;
  const shown = folded ? run.slice(-RUN_SHOWN) : run;
  return (
    <>
      {folded && (
        <li className={styles.fold}>
          <button type="button" className={styles.foldButton} onClick={() => setOpen(true)}>
            {texts.ticket.collapsed(run.length - RUN_SHOWN)}
          </button>
        </li>
      )}
      {shown.map((item) =>
        item.comment ? (
          <Comment key={item.seq} item={item} />
        ) : (
          <Fact key={item.seq} item={item} names={names} />
        ),
      )}
    </>
  );
}

function Comment({ item }: { item: TimelineItem }) {
  const texts = useTexts();
  const comment = item.comment;
  if (!comment) return null;
  const internal = comment.visibility === "internal";
  return (
    <li id={item.id} className={styles.item}>
      <Avatar name={item.actor.name || "?"} size={28} />
      <article className={internal ? styles.note : styles.reply}>
        <header className={styles.commentHead}>
          <strong>{item.actor.name}</strong>
          {item.actor.on_behalf_of && (
            <span className="quiet small">
              {texts.ticket.onBehalfOf(item.actor.on_behalf_of.name)}
            </span>
          )}
          <span className={styles.kind}>
            {internal && <Icon name="lock" size={13} />}
            {internal ? texts.ticket.note : texts.ticket.public}
          </span>
          <When item={item} />
        </header>
        <RichText text={comment.body} />
        {comment.files.length > 0 && (
          <div className={styles.files}>
            {comment.files.map((file) => (
              <FileChip key={file.id} file={file} />
            ))}
          </div>
        )}
      </article>
    </li>
  );
}

const ICONS = { people: "user", system: "gear", model: "spark", integration: "link" } as const;

function Fact({ item, names }: { item: TimelineItem; names: TimelineProps["names"] }) {
  const texts = useTexts();
  const language = useLanguage();
  const voice = voiceOf(item);
  const alarm = item.kind === "sla.breached" || item.kind === "flow.incident";
  const who =
    voice === "people" || voice === "integration"
      ? item.actor.name
      : voice === "model"
        ? texts.ticket.filters.model
        : "";
  const list = item.kind === "ticket.changed" ? changes(item.data) : [];
  const words =
    list.length > 0
      ? texts.ticket.changed(list.map((change) => fieldWord(change.field, texts, names)).join("、"))
      : eventWords(item, texts, language, names);
  return (
    <li id={item.id} className={styles.fact} data-voice={voice} data-alarm={alarm || undefined}>
      <span className={styles.factIcon}>
        <Icon name={alarm ? "warn" : ICONS[voice]} size={14} />
      </span>
      <div className={styles.factBody}>
        {who && <span className={styles.who}>{who} </span>}
        {who ? words : words.charAt(0).toUpperCase() + words.slice(1)}
        {list.length === 1 && list[0] && (
          <>
            {texts.common.colon}
            <FromTo change={list[0]} names={names} />
          </>
        )}
        {list.length > 1 && list.length <= 6 && (
          <ul className={styles.changes}>
            {list.map((change) => (
              <li key={change.field}>
                <span className="quiet">
                  {fieldWord(change.field, texts, names)}
                  {texts.common.colon}
                </span>
                <FromTo change={change} names={names} />
              </li>
            ))}
          </ul>
        )}
        {typeof item.data.comment === "string" && item.data.comment && (
          <p className={styles.said}>{item.data.comment}</p>
        )}
        {typeof item.data.reason === "string" && item.data.reason && (
          <p className={styles.said}>{item.data.reason}</p>
        )}
      </div>
      <When item={item} />
    </li>
  );
}

function FromTo({ change, names }: { change: FieldChange; names: Names }) {
  const texts = useTexts();
  const language = useLanguage();
  const word = (value: unknown) => valueWord(change, value, texts, language, names);
  return (
    <>
      <span className="quiet">{word(change.from)}</span>
      <span aria-hidden="true"> → </span>
      <span>{word(change.to)}</span>
    </>
  );
}

function When({ item }: { item: TimelineItem }) {
  const language = useLanguage();
  const now = useNow();
  return (
    <a href={`#${item.id}`} className={styles.when} title={dateTime(item.at, language)}>
      <time dateTime={item.at}>{moment(item.at, language, now)}</time>
    </a>
  );
}
