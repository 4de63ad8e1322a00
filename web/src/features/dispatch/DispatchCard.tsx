import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { explain, isStale } from "@/api/errors.ts";
import type { Ticket } from "@/api/types.ts";
import { dispatchQuery, useDispatch } from "@/data/acts.ts";
import { useLanguage, useTexts } from "@/i18n/index.tsx";
import { Card } from "@/ui/Card.tsx";
import { Icon } from "@/ui/Icon.tsx";
import { Avatar } from "@/ui/marks.tsx";
import { toast } from "@/ui/toast.tsx";
import styles from "./DispatchCard.module.css";
import { reasonLine } from "./words.ts";

const SHOWN = 3;

/** Who should get it, with the reasons for everybody, chosen or not. */
export function DispatchCard({
  ticket,
  options,
}: {
  ticket: Ticket;
  options: Record<string, string>;
}) {
  const texts = useTexts();
  const language = useLanguage();
  const { data: ranking } = useQuery(dispatchQuery(ticket.id));
  const dispatch = useDispatch(ticket);
  const [all, setAll] = useState(false);
  if (!ranking || (ranking.ranked.length === 0 && ranking.left_out.length === 0)) return null;
  const best = Math.max(...ranking.ranked.map((each) => each.score), 0.0001);
  const shown = all ? ranking.ranked : ranking.ranked.slice(0, SHOWN);
  const assign = (person: string) =>
    dispatch.mutate(person, {
      onError: (error) =>
        toast(isStale(error) ? texts.ticket.stale("") : explain(error, language), {
          tone: "error",
        }),
    });
  return (
    <Card
      title={texts.ticket.dispatch}
      aside={<span className="quiet small">{texts.ticket.dispatchHint}</span>}
    >
      {ranking.ranked.length === 0 && <p className="quiet">{texts.ticket.dispatchNobody}</p>}
      <ol className={styles.list}>
        {shown.map((each) => (
          <li key={each.person.id} className={styles.candidate}>
            <Avatar name={each.person.name} size={26} />
            <div className={styles.who}>
              <div className={styles.line}>
                <strong>{each.person.name}</strong>
                <span className={styles.meter} aria-hidden="true">
                  <span style={{ width: `${(each.score / best) * 100}%` }} />
                </span>
                <span className="quiet small num">
                  <span className="hidden-visually">{texts.ticket.score} </span>
                  {each.score.toFixed(2)}
                </span>
              </div>
              <p className={styles.reasons}>{reasonLine(each.reasons, language, options)}</p>
            </div>
            {each.person.id === ticket.owner?.id ? (
              <span className="quiet small">{texts.ticket.owner}</span>
            ) : (
              <Button
                size="small"
                loading={dispatch.isPending && dispatch.variables === each.person.id}
                onClick={() => assign(each.person.id)}
                aria-label={texts.ticket.dispatchTo(each.person.name)}
              >
                {texts.acts.names.assign}
              </Button>
            )}
          </li>
        ))}
      </ol>
      {ranking.ranked.length > SHOWN && (
        <button type="button" className={styles.more} onClick={() => setAll(!all)}>
          {all ? texts.common.close : `${texts.common.more} (${ranking.ranked.length - SHOWN})`}
        </button>
      )}
      {ranking.left_out.length > 0 && (
        <details className={styles.out}>
          <summary>
            <Icon name="chevronRight" size={12} />
            {texts.ticket.leftOut(ranking.left_out.length)}
          </summary>
          <ul>
            {ranking.left_out.map((each) => (
              <li key={each.person.id}>
                <span>{each.person.name}</span>
                <span className="quiet">{reasonLine(each.reasons, language, options)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Card>
  );
}
