import { Button } from "antd";
import { Component, type ReactNode } from "react";
import { ApiError, explain } from "@/api/errors.ts";
import { useLanguage, useTexts } from "@/i18n/index.tsx";
import { useDelay } from "@/lib/hooks.ts";
import { Icon, type IconName } from "./Icon.tsx";
import styles from "./states.module.css";

/** Grey lines in place of content, shown only when the answer takes longer than 150 ms. */
export function Skeleton({ lines = 4 }: { lines?: number }) {
  const texts = useTexts();
  const late = useDelay(150);
  const tooLate = useDelay(10_000);
  if (!late) return <div className={styles.skeleton} aria-busy="true" />;
  return (
    <div className={styles.skeleton} aria-busy="true" role="status">
      <span className="hidden-visually">{texts.common.loading}</span>
      {Array.from({ length: lines }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines have no identity
        <span key={i} className={styles.line} style={{ width: `${92 - ((i * 29) % 45)}%` }} />
      ))}
      {tooLate && <p className="quiet small">{texts.common.slow}</p>}
    </div>
  );
}

interface EmptyProps {
  icon?: IconName;
  title: string;
  hint?: string;
  /** It is all there is on the page, so its title is the page's heading. */
  page?: boolean;
  children?: ReactNode;
}

/** Says why nothing is here and offers the one next act. */
export function Empty({ icon = "inbox", title, hint, page = false, children }: EmptyProps) {
  const Title = page ? "h1" : "p";
  return (
    <div className={styles.empty}>
      <span className={styles.emptyIcon}>
        <Icon name={icon} size={28} />
      </span>
      <Title className={styles.emptyTitle}>{title}</Title>
      {hint && <p className="quiet">{hint}</p>}
      {children}
    </div>
  );
}

/** A failed load: what happened, the request's id, and a way to try again. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const texts = useTexts();
  const language = useLanguage();
  const id = error instanceof ApiError ? error.problem.request_id : undefined;
  return (
    <div className={styles.empty} role="alert">
      <span className={styles.emptyIcon}>
        <Icon name="warn" size={28} />
      </span>
      <p className={styles.emptyTitle}>{explain(error, language)}</p>
      {id && <p className="quiet small num">{texts.common.requestId(id)}</p>}
      {onRetry && <Button onClick={onRetry}>{texts.common.retry}</Button>}
    </div>
  );
}

interface BoundaryProps {
  children: ReactNode;
  fallback: (error: unknown, reset: () => void) => ReactNode;
}

/** Keeps a crash inside its part of the page. */
export class Boundary extends Component<BoundaryProps, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return this.props.fallback(this.state.error, () => this.setState({ error: null }));
  }
}

export function Crash({ onRetry }: { onRetry: () => void }) {
  const texts = useTexts();
  return (
    <Empty icon="warn" title={texts.common.crashed} hint={texts.common.crashedHint}>
      <Button onClick={onRetry}>{texts.common.retry}</Button>
    </Empty>
  );
}
