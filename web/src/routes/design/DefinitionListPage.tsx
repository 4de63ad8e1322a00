import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Input, Modal } from "antd";
import { useRef, useState } from "react";
import { explain } from "@/api/errors.ts";
import type { DefinitionRow } from "@/api/types.ts";
import {
  definitionListQuery,
  exportDefinitions,
  saveDraft,
  useImport,
} from "@/data/definitions.ts";
import { useMay } from "@/data/session.ts";
import { moment } from "@/i18n/format.ts";
import { useLanguage, usePick, useTexts } from "@/i18n/index.tsx";
import { useNow, useTitle } from "@/lib/hooks.ts";
import { Icon } from "@/ui/Icon.tsx";
import { Empty, Failure, Skeleton } from "@/ui/states.tsx";
import { toast } from "@/ui/toast.tsx";
import styles from "./design.module.css";

export function DefinitionListPage() {
  const { design } = useTexts();
  const pick = usePick();
  const { kind = "form", q = "" } = useSearch({ from: "/app/design" });
  const navigate = useNavigate({ from: "/design" });
  const { data, error, refetch, isPending } = useQuery(definitionListQuery(kind));
  const may = useMay("definition.publish");
  useTitle(design.title);
  const wanted = q.toLowerCase();
  const rows = (data ?? []).filter((row) =>
    `${row.key} ${pick(row.title)}`.toLowerCase().includes(wanted),
  );

  return (
    <div className={styles.list}>
      <nav className={styles.kinds} aria-label={design.kindList}>
        {Object.entries(design.kinds).map(([each, name]) => (
          <Link
            key={each}
            to="/design"
            search={{ kind: each }}
            className={each === kind ? styles.kindOn : styles.kind}
            aria-current={each === kind ? "page" : undefined}
          >
            {name}
          </Link>
        ))}
      </nav>
      <div className={styles.content}>
        <div className={styles.top}>
          <h1>{design.kinds[kind] ?? design.title}</h1>
          <span className={styles.grow} />
          <Input
            className={styles.find}
            allowClear
            placeholder={design.find}
            aria-label={design.find}
            prefix={<Icon name="search" size={15} />}
            value={q}
            onChange={(event) =>
              navigate({
                search: (before) => ({ ...before, q: event.target.value || undefined }),
                replace: true,
              })
            }
          />
          <Exchange />
          {may && <Create kind={kind} />}
        </div>
        {isPending && <Skeleton />}
        {error && <Failure error={error} onRetry={() => refetch()} />}
        {data && rows.length === 0 && (
          <Empty icon="sliders" title={design.empty} hint={design.emptyHint} />
        )}
        {rows.length > 0 && <Table rows={rows} />}
      </div>
    </div>
  );
}

function Table({ rows }: { rows: DefinitionRow[] }) {
  const { design } = useTexts();
  const language = useLanguage();
  const pick = usePick();
  const now = useNow();
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">{design.name}</th>
          <th scope="col">{design.key}</th>
          <th scope="col">{design.version}</th>
          <th scope="col">{design.draft}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <td>
              <Link
                to="/design/$kind/$key"
                params={{ kind: row.kind, key: row.key }}
                className={styles.name}
              >
                {pick(row.title) || row.key}
              </Link>
            </td>
            <td className={styles.mono}>{row.key}</td>
            <td className="num">
              {row.active_version === null ? (
                <span className="quiet">{design.unpublished}</span>
              ) : (
                design.versionN(row.active_version)
              )}
            </td>
            <td className="quiet num">
              {row.has_draft && (
                <>
                  <span className={styles.draft}>{design.hasDraft}</span> {row.draft_by?.name}{" "}
                  {row.draft_at && moment(row.draft_at, language, now)}
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Exchange() {
  const { design } = useTexts();
  const language = useLanguage();
  const may = useMay("definition.publish");
  const bring = useImport();
  const input = useRef<HTMLInputElement>(null);
  const download = async () => {
    const bundle = await exportDefinitions();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(
      new Blob([JSON.stringify(bundle, null, 2)], { type: "application/json" }),
    );
    link.download = "gongdan-definitions.json";
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const read = async (file: File) => {
    try {
      await bring.mutateAsync(JSON.parse(await file.text()));
      toast(design.imported);
    } catch (error) {
      toast(explain(error, language), { tone: "error" });
    }
  };
  return (
    <>
      <Button onClick={() => void download()}>{design.export}</Button>
      {may && (
        <Button
          loading={bring.isPending}
          title={design.importHint}
          onClick={() => input.current?.click()}
        >
          {design.import}
        </Button>
      )}
      <input
        ref={input}
        type="file"
        accept="application/json"
        hidden
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) void read(file);
          event.target.value = "";
        }}
      />
    </>
  );
}

function Create({ kind }: { kind: string }) {
  const { design, common } = useTexts();
  const language = useLanguage();
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const [key, setKey] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const valid = /^[a-z][a-z0-9_]*$/.test(key);
  const create = async () => {
    try {
      await saveDraft(kind, key, { kind, key, schema: 1, title: { zh: key } }, 0);
      await navigate({ to: "/design/$kind/$key", params: { kind, key } });
    } catch (error) {
      setProblem(explain(error, language));
    }
  };
  return (
    <>
      <Button type="primary" onClick={() => setOpen(true)}>
        {design.create}
      </Button>
      <Modal
        open={open}
        destroyOnHidden
        title={`${design.create} · ${design.kinds[kind] ?? kind}`}
        okText={design.create}
        cancelText={common.cancel}
        okButtonProps={{ disabled: !valid }}
        onOk={create}
        onCancel={() => setOpen(false)}
        width={420}
      >
        <label htmlFor="new-key" className={styles.label}>
          {design.key}
        </label>
        <Input
          id="new-key"
          value={key}
          onChange={(event) => setKey(event.target.value)}
          autoFocus
          aria-describedby="new-key-hint"
        />
        <p id="new-key-hint" className="quiet small">
          {design.createHint}
        </p>
        {problem && (
          <p role="alert" className={styles.problem}>
            {problem}
          </p>
        )}
      </Modal>
    </>
  );
}
