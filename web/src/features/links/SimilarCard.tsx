import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { similarQuery } from "@/data/tickets.ts";
import { percent } from "@/i18n/format.ts";
import { useTexts } from "@/i18n/index.tsx";
import { Card } from "@/ui/Card.tsx";
import { StatusTag } from "@/ui/marks.tsx";
import styles from "./links.module.css";

/** Below this, a percentage says more about the measure than about the tickets. */
const TELLING = 0.3;

/** Tickets that say much the same, with how they were solved. */
export function SimilarCard({ id }: { id: string }) {
  const texts = useTexts();
  const { data: similar } = useQuery(similarQuery(id));
  if (!similar || similar.length === 0) return null;
  return (
    <Card title={texts.ticket.similar}>
      <ul className={styles.similar}>
        {similar.slice(0, 5).map((each) => (
          <li key={each.ticket.id}>
            <div className={styles.row}>
              <Link
                to="/tickets/$number"
                params={{ number: each.ticket.number }}
                className={styles.link}
              >
                {each.ticket.title}
              </Link>
              <StatusTag status={each.ticket.status} />
            </div>
            <p className="quiet small num">
              {each.ticket.number}
              {each.score >= TELLING && ` · ${texts.ticket.similarity(percent(each.score))}`}
            </p>
            {each.resolution && <p className={styles.resolution}>{each.resolution}</p>}
          </li>
        ))}
      </ul>
    </Card>
  );
}
