import type { Change } from "@/api/types.ts";
import { useTexts } from "@/i18n/index.tsx";
import styles from "./DiffView.module.css";

const SIGNS = { added: "+", removed: "−", changed: "~", moved: "↕" } as const;

/** Differences by id: what was added, removed, changed or moved. */
export function DiffView({ changes }: { changes: Change[] }) {
  const { design } = useTexts();
  if (changes.length === 0) return <p className="quiet">{design.same}</p>;
  return (
    <ul className={styles.list}>
      {changes.map((change) => {
        const [area = "", ...rest] = change.path.replace(/^\//, "").split("/");
        return (
          <li
            key={`${change.change}${change.path}`}
            className={styles.change}
            data-change={change.change}
          >
            <span className={styles.sign} aria-hidden="true">
              {SIGNS[change.change]}
            </span>
            <span className={styles.word}>{design.changes[change.change]}</span>
            <span className={styles.path}>
              <span className="quiet">{design.areas[area] ?? area}</span> {rest.join(" / ")}
            </span>
            {change.change !== "moved" && (
              <span className={styles.values}>
                {change.from !== null && change.from !== undefined && (
                  <del>{show(change.from)}</del>
                )}
                {change.to !== null && change.to !== undefined && <ins>{show(change.to)}</ins>}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

const show = (value: unknown) =>
  typeof value === "string" ? value : JSON.stringify(value, null, 1);
