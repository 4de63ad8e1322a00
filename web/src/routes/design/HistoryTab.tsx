import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Input, Modal } from "antd";
import { lazy, Suspense, useState } from "react";
import { explain } from "@/api/errors.ts";
import type { Definition } from "@/api/types.ts";
import { useRollBack, versionQuery, versionsQuery } from "@/data/definitions.ts";
import { useMay } from "@/data/session.ts";
import { pretty } from "@/features/design/useDraft.ts";
import { dateTime } from "@/i18n/format.ts";
import { useLanguage, useTexts } from "@/i18n/index.tsx";
import { Empty, Failure, Skeleton } from "@/ui/states.tsx";
import { toast } from "@/ui/toast.tsx";
import styles from "./design.module.css";

const JsonEditor = lazy(() =>
  import("@/features/design/JsonEditor.tsx").then((module) => ({ default: module.JsonEditor })),
);

/** Every published version, newest first, each readable, comparable and restorable. */
export function HistoryTab({ definition }: { definition: Definition }) {
  const { design } = useTexts();
  const language = useLanguage();
  const { kind, key } = definition;
  const { version: shown } = useSearch({ from: "/app/design/$kind/$key" });
  const navigate = useNavigate({ from: "/design/$kind/$key" });
  const { data: versions, error, refetch } = useQuery(versionsQuery(kind, key));
  const may = useMay("definition.publish");
  const [restoring, setRestoring] = useState<number | null>(null);
  if (error) return <Failure error={error} onRetry={() => refetch()} />;
  if (!versions) return <Skeleton />;
  if (versions.length === 0) return <Empty icon="clock" title={design.noVersions} />;
  const newest = Math.max(...versions.map((each) => each.version));

  return (
    <div className={styles.workbench}>
      <div className={styles.historyList}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{design.version}</th>
              <th scope="col">{design.at}</th>
              <th scope="col">{design.author}</th>
              <th scope="col">{design.note}</th>
              <th scope="col">
                <span className="hidden-visually">{design.view}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {versions.map((each) => (
              <tr key={each.version} data-current={each.version === shown || undefined}>
                <td className="num">
                  {design.versionN(each.version)}{" "}
                  {each.version === definition.active_version && (
                    <span className={styles.badge}>{design.active}</span>
                  )}
                </td>
                <td className="num">{dateTime(each.published_at, language)}</td>
                <td>{each.published_by?.name}</td>
                <td>
                  {each.note}
                  {each.restored_from !== null && (
                    <span className="quiet small"> {design.restoredFrom(each.restored_from)}</span>
                  )}
                </td>
                <td>
                  <div className={styles.rowActs}>
                    <Button
                      size="small"
                      type="text"
                      onClick={() =>
                        navigate({ search: { tab: "history", version: each.version } })
                      }
                    >
                      {design.view}
                    </Button>
                    {each.version > 1 && (
                      <Link
                        to="/design/$kind/$key"
                        params={{ kind, key }}
                        search={{
                          tab: "compare",
                          from: String(each.version - 1),
                          to: String(each.version),
                        }}
                      >
                        {design.compare}
                      </Link>
                    )}
                    {may && each.version !== definition.active_version && (
                      <Button size="small" type="text" onClick={() => setRestoring(each.version)}>
                        {design.rollBack}
                      </Button>
                    )}
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown && <OldVersion kind={kind} name={key} version={shown} />}
      {restoring !== null && (
        <RestoreDialog
          definition={definition}
          version={restoring}
          next={newest + 1}
          onClose={() => setRestoring(null)}
        />
      )}
    </div>
  );
}

function OldVersion({ kind, name, version }: { kind: string; name: string; version: number }) {
  const { design } = useTexts();
  const { data } = useQuery(versionQuery(kind, name, version));
  if (!data) return <Skeleton />;
  return (
    <div className={styles.editor}>
      <p className={styles.reading}>
        {design.versionN(version)} · {design.reading}
      </p>
      <Suspense fallback={<Skeleton />}>
        <JsonEditor text={pretty(data.document)} revision={`v${version}`} readOnly />
      </Suspense>
    </div>
  );
}

interface RestoreDialogProps {
  definition: Definition;
  version: number;
  next: number;
  onClose: () => void;
}

function RestoreDialog({ definition, version, next, onClose }: RestoreDialogProps) {
  const { design, common } = useTexts();
  const language = useLanguage();
  const rollBack = useRollBack(definition.kind, definition.key);
  const [note, setNote] = useState("");
  return (
    <Modal
      open
      title={`${design.rollBack} · ${design.versionN(version)}`}
      okText={design.rollBack}
      cancelText={common.cancel}
      confirmLoading={rollBack.isPending}
      onOk={() =>
        rollBack.mutate(
          { version, note },
          {
            onSuccess: (made) => {
              toast(design.publishDone(made.version));
              onClose();
            },
          },
        )
      }
      onCancel={onClose}
      width={460}
    >
      <p>{design.rollBackAsk(version, next)}</p>
      {rollBack.error && (
        <p role="alert" className={styles.problem}>
          {explain(rollBack.error, language)}
        </p>
      )}
      <label htmlFor="restore-note" className={styles.label}>
        {design.publishNote}
      </label>
      <Input
        id="restore-note"
        value={note}
        onChange={(event) => setNote(event.target.value)}
        autoFocus
      />
    </Modal>
  );
}
