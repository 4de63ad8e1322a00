import { useQueryClient } from "@tanstack/react-query";
import { Button, Input, Modal } from "antd";
import { lazy, Suspense, useState } from "react";
import { ApiError, explain, sentence } from "@/api/errors.ts";
import type { Definition, Problem } from "@/api/types.ts";
import { checkDocument, definitionQuery, useDiscard, usePublish } from "@/data/definitions.ts";
import { useMay } from "@/data/session.ts";
import { type DraftState, useDraft } from "@/features/design/useDraft.ts";
import { clock } from "@/i18n/format.ts";
import { type Dictionary, useLanguage, useTexts } from "@/i18n/index.tsx";
import { Icon } from "@/ui/Icon.tsx";
import { Skeleton } from "@/ui/states.tsx";
import { toast } from "@/ui/toast.tsx";
import styles from "./design.module.css";

const JsonEditor = lazy(() =>
  import("@/features/design/JsonEditor.tsx").then((module) => ({ default: module.JsonEditor })),
);

/** The document as JSON, its checks beside it, and the way to publish. */
export function EditTab({ definition }: { definition: Definition }) {
  const { design, common } = useTexts();
  const language = useLanguage();
  const client = useQueryClient();
  const { kind, key } = definition;
  const may = useMay("definition.publish");
  const draft = useDraft(definition);
  const discard = useDiscard(kind, key);
  const [problems, setProblems] = useState<Problem[] | null>(null);
  const [checking, setChecking] = useState(false);
  const [publishing, setPublishing] = useState(false);
  const [discarding, setDiscarding] = useState(false);
  const [goTo, setGoTo] = useState<{ pointer: string; count: number } | null>(null);

  const check = async () => {
    const document = draft.document();
    if (document === undefined) return null;
    setChecking(true);
    try {
      const found = await checkDocument(kind, document);
      setProblems(found);
      return found;
    } catch (error) {
      toast(explain(error, language), { tone: "error" });
      return null;
    } finally {
      setChecking(false);
    }
  };
  const startPublishing = async () => {
    await draft.flush();
    const found = await check();
    if (found && !found.some(isError)) setPublishing(true);
  };
  const reload = async () =>
    draft.replace(await client.fetchQuery({ ...definitionQuery(kind, key), staleTime: 0 }));

  return (
    <>
      <div className={styles.tools}>
        <DraftWords state={draft.state} savedAt={draft.savedAt} design={design} />
        <span className={styles.grow} />
        <Button size="small" type="text" onClick={draft.format}>
          {design.format}
        </Button>
        {may && draft.state !== "same" && definition.active_version !== null && (
          <Button size="small" type="text" onClick={() => setDiscarding(true)}>
            {design.discard}
          </Button>
        )}
        <Button size="small" loading={checking} onClick={() => void check()}>
          {design.check}
        </Button>
        {may && (
          <Button
            size="small"
            type="primary"
            disabled={
              draft.state === "same" || draft.state === "invalid" || draft.state === "conflict"
            }
            onClick={() => void startPublishing()}
          >
            {design.publish}
          </Button>
        )}
      </div>
      {draft.state === "conflict" && (
        <div className={styles.conflict} role="alert">
          <span>{design.draftConflict}</span>
          <Button size="small" onClick={() => void draft.takeTheirs()}>
            {design.takeTheirs}
          </Button>
          <Button size="small" onClick={() => void draft.keepMine()}>
            {design.keepMine}
          </Button>
        </div>
      )}
      <div className={styles.workbench}>
        <div className={styles.editor}>
          <Suspense fallback={<Skeleton lines={10} />}>
            <JsonEditor
              text={draft.base.text}
              revision={String(draft.base.count)}
              readOnly={!may}
              onChange={draft.type}
              goTo={goTo}
            />
          </Suspense>
        </div>
        {problems && (
          <Problems
            problems={problems}
            onGo={(pointer) => setGoTo((before) => ({ pointer, count: (before?.count ?? 0) + 1 }))}
            onClose={() => setProblems(null)}
          />
        )}
      </div>
      {publishing && (
        <PublishDialog
          definition={definition}
          revision={draft.revision()}
          onClose={() => setPublishing(false)}
          onDone={() => void reload()}
          onProblems={setProblems}
        />
      )}
      <Modal
        open={discarding}
        destroyOnHidden
        title={design.discard}
        okText={design.discard}
        okButtonProps={{ danger: true, loading: discard.isPending }}
        cancelText={common.cancel}
        onOk={() =>
          discard.mutate(draft.revision(), {
            onSuccess: () => {
              setDiscarding(false);
              void reload();
            },
            onError: (error) => toast(explain(error, language), { tone: "error" }),
          })
        }
        onCancel={() => setDiscarding(false)}
        width={400}
      >
        <p>{design.discardAsk}</p>
      </Modal>
    </>
  );
}

const isError = (problem: Problem) => problem.severity !== "warning";

function DraftWords({
  state,
  savedAt,
  design,
}: {
  state: DraftState;
  savedAt: string | null;
  design: Dictionary["design"];
}) {
  const words: Record<DraftState, string> = {
    same: design.noDraft,
    typing: design.draftSaving,
    saving: design.draftSaving,
    saved: savedAt ? design.draftSaved(clock(savedAt)) : design.hasDraft,
    invalid: design.draftInvalid,
    failed: design.draftFailed,
    conflict: "",
  };
  const bad = state === "invalid" || state === "failed";
  return (
    <span role="status" className={bad ? styles.problem : "quiet small"}>
      {words[state]}
    </span>
  );
}

interface ProblemsProps {
  problems: Problem[];
  onGo: (pointer: string) => void;
  onClose: () => void;
}

function Problems({ problems, onGo, onClose }: ProblemsProps) {
  const { design, common } = useTexts();
  const language = useLanguage();
  const errors = problems.filter(isError).length;
  const warnings = problems.length - errors;
  return (
    <aside className={styles.problems} aria-label={design.problems}>
      <div className={styles.problemsHead}>
        <h2>{design.problems}</h2>
        <span className="quiet small">
          {[errors > 0 && design.errors(errors), warnings > 0 && design.warnings(warnings)]
            .filter(Boolean)
            .join(" · ")}
        </span>
        <Button
          size="small"
          type="text"
          aria-label={common.close}
          icon={<Icon name="close" size={14} />}
          onClick={onClose}
        />
      </div>
      {problems.length === 0 && (
        <p className={styles.clean} role="status">
          <Icon name="check" size={16} /> {design.checkClean}
        </p>
      )}
      <ul>
        {problems.map((problem) => (
          <li key={`${problem.pointer}${problem.code}`}>
            <button
              type="button"
              className={styles.problemRow}
              onClick={() => onGo(problem.pointer)}
            >
              <span data-severity={problem.severity ?? "error"}>
                {sentence(problem.code, problem.params, language)}
              </span>
              <span className={styles.mono}>{problem.pointer || "/"}</span>
            </button>
          </li>
        ))}
      </ul>
    </aside>
  );
}

interface PublishDialogProps {
  definition: Definition;
  revision: number;
  onClose: () => void;
  onDone: () => void;
  onProblems: (problems: Problem[]) => void;
}

function PublishDialog({ definition, revision, onClose, onDone, onProblems }: PublishDialogProps) {
  const { design, common } = useTexts();
  const language = useLanguage();
  const publish = usePublish(definition.kind, definition.key);
  const [note, setNote] = useState("");
  const send = () =>
    publish.mutate(
      { note, revision },
      {
        onSuccess: (version) => {
          toast(design.publishDone(version.version));
          onClose();
          onDone();
        },
        onError: (error) => {
          const errors = error instanceof ApiError ? error.problem.errors : undefined;
          if (errors?.length) onProblems(errors);
        },
      },
    );
  return (
    <Modal
      open
      title={design.publishTitle}
      okText={design.publish}
      cancelText={common.cancel}
      confirmLoading={publish.isPending}
      onOk={send}
      onCancel={onClose}
      width={480}
    >
      {publish.error && (
        <p role="alert" className={styles.problem}>
          {explain(publish.error, language)}
        </p>
      )}
      <label htmlFor="publish-note" className={styles.label}>
        {design.publishNote}
      </label>
      <Input.TextArea
        id="publish-note"
        value={note}
        onChange={(event) => setNote(event.target.value)}
        autoSize={{ minRows: 2, maxRows: 6 }}
        autoFocus
        aria-describedby="publish-hint"
      />
      <p id="publish-hint" className="quiet small">
        {design.publishNoteHint}
      </p>
    </Modal>
  );
}
