import type { ReactNode } from "react";
import styles from "./Card.module.css";

interface CardProps {
  title: ReactNode;
  /** Sits at the right of the title. */
  aside?: ReactNode;
  children: ReactNode;
}

/** A section of the context column: a hairline and a title, no box. */
export function Card({ title, aside, children }: CardProps) {
  return (
    <section className={styles.card}>
      <div className={styles.head}>
        <h2 className={styles.title}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** Label and value pairs that line up. */
export function Facts({ rows }: { rows: [string, ReactNode][] }) {
  return (
    <dl className={styles.facts}>
      {rows.map(([label, value]) => (
        <div key={label} className={styles.fact}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
