import { type ReactNode, useState } from "react";
import { useTexts } from "@/i18n/index.tsx";
import { Icon } from "@/ui/Icon.tsx";
import styles from "./Panel.module.css";

interface PanelProps {
  title: string;
  chart: ReactNode;
  columns: string[];
  rows: { key: string; cells: ReactNode[] }[];
}

/** One question: a chart, and the same figures as a table one click away. */
export function Panel({ title, chart, columns, rows }: PanelProps) {
  const { start } = useTexts();
  const [asTable, setAsTable] = useState(false);
  return (
    <section className={styles.panel}>
      <div className={styles.head}>
        <h2>{title}</h2>
        <button
          type="button"
          className={styles.toggle}
          onClick={() => setAsTable(!asTable)}
          aria-label={`${title}: ${asTable ? start.asChart : start.asTable}`}
          title={asTable ? start.asChart : start.asTable}
        >
          <Icon name={asTable ? "chart" : "table"} size={16} />
        </button>
      </div>
      {!asTable && chart}
      {asTable && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by key
        <section className={styles.scroll} tabIndex={0} aria-label={start.tableOf(title)}>
          <table className={styles.table}>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column} scope="col">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ key, cells }) => (
                <tr key={key}>
                  {cells.map((cell, i) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: cells are columns
                    <td key={i}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}
