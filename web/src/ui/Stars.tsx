import { useTexts } from "@/i18n/index.tsx";
import styles from "./Stars.module.css";

interface StarsProps {
  id: string;
  value: number;
  max?: number;
  onChange: (value: number) => void;
  disabled?: boolean;
  labelledBy?: string;
}

/** Stars as radio buttons: arrow keys work and each says what it means. */
export function Stars({ id, value, max = 5, onChange, disabled = false, labelledBy }: StarsProps) {
  const { acts, form } = useTexts();
  return (
    <div role="radiogroup" aria-labelledby={labelledBy} className={styles.stars}>
      {Array.from({ length: max }, (_, i) => i + 1).map((n) => (
        <label key={n} className={n <= value ? styles.on : styles.off}>
          <input
            type="radio"
            id={n === 1 ? id : `${id}-${n}`}
            name={id}
            className="hidden-visually"
            checked={n === value}
            disabled={disabled}
            onChange={() => onChange(n)}
          />
          <svg width="26" height="26" viewBox="0 0 20 20" aria-hidden="true">
            <path
              d="M10 2.8l2.2 4.5 4.9.7-3.5 3.5.8 4.9-4.4-2.3-4.4 2.3.8-4.9L2.9 8l4.9-.7z"
              fill={n <= value ? "currentColor" : "none"}
              stroke="currentColor"
              strokeWidth="1.4"
              strokeLinejoin="round"
            />
          </svg>
          <span className="hidden-visually">
            {form.score(n)} {acts.starNames[n]}
          </span>
        </label>
      ))}
      {value > 0 && <span className="quiet">{acts.starNames[value]}</span>}
    </div>
  );
}
