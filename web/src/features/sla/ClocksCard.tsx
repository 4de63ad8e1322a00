import { Popover } from "antd";
import type { Clock } from "@/api/types.ts";
import { dateTime, duration } from "@/i18n/format.ts";
import { useLanguage, useTexts } from "@/i18n/index.tsx";
import { useNow } from "@/lib/hooks.ts";
import { Card } from "@/ui/Card.tsx";
import { Icon } from "@/ui/Icon.tsx";
import styles from "./ClocksCard.module.css";
import { Ledger } from "./Ledger.tsx";

/** The promises made for this ticket, each with the arithmetic behind it. */
export function ClocksCard({ clocks }: { clocks: Clock[] }) {
  const { sla } = useTexts();
  const shown = clocks.filter((clock) => clock.state !== "cancelled");
  if (shown.length === 0) return null;
  return (
    <Card title={sla.title}>
      <ul className={styles.list}>
        {shown.map((clock) => (
          <ClockRow key={`${clock.target}${clock.cycle}`} clock={clock} />
        ))}
      </ul>
    </Card>
  );
}

function ClockRow({ clock }: { clock: Clock }) {
  const { sla } = useTexts();
  const language = useLanguage();
  const now = useNow();
  const target = sla.targets[clock.target] ?? clock.target;
  const budget = Math.max(1, clock.elapsed_ms + Math.max(0, clock.remaining_ms));
  const used = Math.min(1, clock.elapsed_ms / budget);
  return (
    <li className={styles.clock} data-state={clock.state}>
      <div className={styles.row}>
        <span className={styles.target}>
          {target}
          {clock.cycle > 1 && <span className="quiet small"> {sla.cycle(clock.cycle)}</span>}
        </span>
        <span className={styles.state}>
          <StateWord clock={clock} now={now} />
        </span>
      </div>
      <div className={styles.bar} aria-hidden="true">
        <span style={{ width: `${used * 100}%` }} />
      </div>
      <div className={styles.row}>
        <span className="quiet small num">
          {clock.due_at
            ? sla.due(dateTime(clock.due_at, language))
            : sla.elapsed(duration(clock.elapsed_ms, language))}
        </span>
        <Popover
          trigger="click"
          placement="left"
          title={`${target} · ${sla.ledger}`}
          content={<Ledger clock={clock} />}
        >
          <button type="button" className={styles.why}>
            {sla.why}
          </button>
        </Popover>
      </div>
    </li>
  );
}

function StateWord({ clock, now }: { clock: Clock; now: number }) {
  const { sla } = useTexts();
  const language = useLanguage();
  switch (clock.state) {
    case "met":
      return (
        <>
          <Icon name="check" size={13} /> {sla.met}
        </>
      );
    case "cancelled":
      return sla.cancelled;
    case "paused":
      return (
        <>
          <Icon name="pause" size={13} /> {sla.pausedLeft(duration(clock.remaining_ms, language))}
        </>
      );
    case "breached": {
      const over = clock.due_at ? now - new Date(clock.due_at).getTime() : clock.remaining_ms;
      return (
        <>
          <Icon name="warn" size={13} />{" "}
          {clock.met_at ? sla.breached : sla.over(duration(over, language))}
        </>
      );
    }
    case "running": {
      // As the pill says it: time on the wall, not working time.
      const left = clock.due_at ? new Date(clock.due_at).getTime() - now : clock.remaining_ms;
      return left < 0 ? sla.over(duration(left, language)) : sla.left(duration(left, language));
    }
  }
}
