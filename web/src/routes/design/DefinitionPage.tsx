import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { isMissing } from "@/api/errors.ts";
import { definitionQuery } from "@/data/definitions.ts";
import { usePick, useTexts } from "@/i18n/index.tsx";
import { useTitle } from "@/lib/hooks.ts";
import { Icon } from "@/ui/Icon.tsx";
import { Empty, Failure, Skeleton } from "@/ui/states.tsx";
import { CompareTab } from "./CompareTab.tsx";
import styles from "./design.module.css";
import { EditTab } from "./EditTab.tsx";
import { HistoryTab } from "./HistoryTab.tsx";

export function DefinitionPage() {
  const { design, common } = useTexts();
  const pick = usePick();
  const { kind, key } = useParams({ from: "/app/design/$kind/$key" });
  const { tab = "edit" } = useSearch({ from: "/app/design/$kind/$key" });
  const {
    data: definition,
    error,
    refetch,
  } = useQuery({ ...definitionQuery(kind, key), refetchOnWindowFocus: false });
  useTitle(`${definition ? pick(definition.title) : key} · ${design.title}`);
  if (isMissing(error))
    return <Empty page icon="search" title={common.notFound} hint={common.notFoundHint} />;
  if (error && !definition) return <Failure error={error} onRetry={() => refetch()} />;
  if (!definition) return <Skeleton lines={8} />;
  const tabs = [
    ["edit", design.editor],
    ["history", design.history],
    ["compare", design.compare],
  ] as const;
  return (
    <div className={styles.one}>
      <div className={styles.oneHead}>
        <Link
          to="/design"
          search={{ kind }}
          className={styles.back}
          aria-label={design.kinds[kind] ?? design.title}
        >
          <Icon name="arrowLeft" size={18} />
        </Link>
        <h1 className="ellipsis">{pick(definition.title) || key}</h1>
        <span className={styles.mono}>
          {kind}/{key}
        </span>
        <span className={styles.badge}>
          {definition.active_version === null
            ? design.unpublished
            : design.versionN(definition.active_version)}
        </span>
        <span className={styles.grow} />
        <nav className={styles.tabs} aria-label={design.document}>
          {tabs.map(([name, label]) => (
            <Link
              key={name}
              to="/design/$kind/$key"
              params={{ kind, key }}
              search={{ tab: name }}
              className={tab === name ? styles.tabOn : styles.tab}
              aria-current={tab === name ? "page" : undefined}
            >
              {label}
            </Link>
          ))}
        </nav>
      </div>
      {tab === "edit" && <EditTab key={`${kind}/${key}`} definition={definition} />}
      {tab === "history" && <HistoryTab definition={definition} />}
      {tab === "compare" && <CompareTab definition={definition} />}
    </div>
  );
}
