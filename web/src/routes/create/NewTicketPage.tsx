import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Button } from "antd";
import { useRef, useState } from "react";
import { newKey } from "@/api/client.ts";
import { ApiError, explain, isMissing } from "@/api/errors.ts";
import { formQuery } from "@/data/forms.ts";
import { useSession } from "@/data/session.ts";
import { useCreateTicket } from "@/data/tickets.ts";
import type { FormDocument } from "@/forms/document.ts";
import { countErrors, serverErrors, wordProblems } from "@/forms/errors.ts";
import { FormRenderer, fieldDomId } from "@/forms/FormRenderer.tsx";
import { answersOf, useForm } from "@/forms/useForm.ts";
import { dateTime } from "@/i18n/format.ts";
import { useLanguage, usePick, useTexts } from "@/i18n/index.tsx";
import { useTitle } from "@/lib/hooks.ts";
import { Empty, Failure, Skeleton } from "@/ui/states.tsx";
import { toast } from "@/ui/toast.tsx";
import styles from "./create.module.css";

const BASE = "new";

export function NewTicketPage() {
  const texts = useTexts();
  const pick = usePick();
  const { type } = useParams({ from: "/app/new/$type" });
  const { data, error, refetch } = useQuery(formQuery(type));
  useTitle(data ? pick(data.document.title) : texts.form.newTitle);
  if (isMissing(error))
    return <Empty page icon="file" title={texts.form.noTypes} hint={texts.form.noTypesHint} />;
  if (error) return <Failure error={error} onRetry={() => refetch()} />;
  if (!data) return <Skeleton lines={8} />;
  return (
    <Intake key={type} type={type} document={data.document} rights={data.field_rights ?? {}} />
  );
}

interface IntakeProps {
  type: string;
  document: FormDocument;
  rights: NonNullable<Parameters<typeof useForm>[0]["rights"]>;
}

function Intake({ type, document, rights }: IntakeProps) {
  const texts = useTexts();
  const language = useLanguage();
  const pick = usePick();
  const navigate = useNavigate();
  const session = useSession();
  const create = useCreateTicket();
  const form = useForm({ document, rights, draftKey: `draft.${session.user.id}.${type}` });
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<Record<string, string[]>>({});
  const key = useRef(newKey());
  const errors = tried ? { ...wordProblems(form.state.problems, language), ...refused } : refused;
  const count = countErrors(errors);

  const focusFirst = (bad: Record<string, string[]>) => {
    // After the sentences are in the page, so that a screen reader reads them with the field.
    requestAnimationFrame(() => {
      const first = document.fields.find((field) =>
        Object.keys(bad).some((path) => path.split("/")[0] === field.id),
      );
      const node = first && window.document.getElementById(fieldDomId(BASE, first.id));
      node?.focus();
      node?.scrollIntoView({ block: "center" });
    });
  };

  const handleSubmit = (event: React.FormEvent) => {
    event.preventDefault();
    setTried(true);
    setRefused({});
    const mine = wordProblems(form.state.problems, language);
    if (countErrors(mine) > 0) {
      focusFirst(mine);
      return;
    }
    create.mutate(
      { key: key.current, type, data: answersOf(document, form.state) },
      {
        onSuccess: ({ number }) => {
          form.forget();
          toast(texts.form.created(number));
          void navigate({ to: "/tickets/$number", params: { number } });
        },
        onError: (error) => {
          // A refused body is another body next time, and so needs another key.
          if (error instanceof ApiError && error.problem.status >= 400) key.current = newKey();
          const theirs = serverErrors(error, language);
          setRefused(theirs);
          focusFirst(theirs);
        },
      },
    );
  };

  return (
    <div className={styles.page}>
      <div className={styles.top}>
        <h1>{pick(document.title)}</h1>
        <Link to="/new">{texts.form.otherType}</Link>
      </div>
      {pick(document.description) && <p className="quiet">{pick(document.description)}</p>}
      {form.restoredAt && (
        <p className={styles.restored} role="status">
          {texts.form.draftRestored(dateTime(form.restoredAt, language))}
          <Button size="small" type="link" onClick={form.reset}>
            {texts.form.draftDrop}
          </Button>
        </p>
      )}
      <form onSubmit={handleSubmit} noValidate className={styles.form}>
        {(count > 0 || create.error) && (
          <div role="alert" className={styles.summary}>
            {count > 0 ? texts.form.fix(count) : create.error && explain(create.error, language)}
            {create.error instanceof ApiError && create.error.problem.request_id && count === 0 && (
              <span className="small num">
                {" "}
                · {texts.common.requestId(create.error.problem.request_id)}
              </span>
            )}
          </div>
        )}
        <FormRenderer
          document={document}
          state={form.state}
          onChange={(id, value) => {
            form.set(id, value);
            setRefused(({ [id]: _, ...rest }) => rest);
          }}
          errors={errors}
          prefix={BASE}
        />
        <div className={styles.foot}>
          <Button type="primary" htmlType="submit" size="large" loading={create.isPending}>
            {create.isPending ? texts.form.submitting : texts.form.submit}
          </Button>
          {form.savedAt && <span className="quiet small">{texts.form.draftKept}</span>}
        </div>
      </form>
    </div>
  );
}
