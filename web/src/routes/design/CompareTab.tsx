import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Select } from "antd";
import type { Definition } from "@/api/types.ts";
import { diffQuery, versionsQuery } from "@/data/definitions.ts";
import { DiffView } from "@/features/design/DiffView.tsx";
import { useTexts } from "@/i18n/index.tsx";
import { Empty, Failure, Skeleton } from "@/ui/states.tsx";
import styles from "./design.module.css";

const DRAFT = "draft";

/** Two versions, or a version and the draft, compared by id. */
export function CompareTab({ definition }: { definition: Definition }) {
  const { design } = useTexts();
  const { kind, key } = definition;
  const search = useSearch({ from: "/app/design/$kind/$key" });
  const navigate = useNavigate({ from: "/design/$kind/$key" });
  const versions = useQuery(versionsQuery(kind, key)).data ?? [];
  const active = definition.active_version;
  const to = search.to ?? (definition.draft ? DRAFT : String(active ?? ""));
  const from =
    search.from ?? String(definition.draft ? (active ?? "") : Math.max(1, (active ?? 1) - 1));
  const diff = useQuery({
    ...diffQuery(kind, key, Number(from), to === DRAFT ? undefined : Number(to)),
    enabled: Number(from) > 0 && to !== "",
  });
  const options = versions.map((each) => ({
    value: String(each.version),
    label: design.versionN(each.version),
  }));
  const change = (part: { from?: string; to?: string }) =>
    navigate({
      search: (before) => ({ ...before, tab: "compare", from, to, ...part }),
      replace: true,
    });
  if (active === null) return <Empty icon="clock" title={design.noVersions} />;

  return (
    <div className={styles.compare}>
      <div className={styles.compareHead}>
        <Select
          aria-label={design.compareFrom}
          value={from}
          options={options}
          onChange={(next) => change({ from: next })}
        />
        <span aria-hidden="true">→</span>
        <Select
          aria-label={design.compareTo}
          value={to}
          options={[
            ...(definition.draft ? [{ value: DRAFT, label: design.draft }] : []),
            ...options,
          ]}
          onChange={(next) => change({ to: next })}
        />
      </div>
      {diff.error && <Failure error={diff.error} onRetry={() => diff.refetch()} />}
      {diff.isLoading && <Skeleton />}
      {diff.data && <DiffView changes={diff.data} />}
    </div>
  );
}
