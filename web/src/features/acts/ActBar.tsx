import { Button, Dropdown } from "antd";
import { useState } from "react";
import { explain, isStale } from "@/api/errors.ts";
import type { Ticket } from "@/api/types.ts";
import { useAct } from "@/data/acts.ts";
import type { FormDocument } from "@/forms/document.ts";
import { useLanguage, usePick, useTexts } from "@/i18n/index.tsx";
import { Icon } from "@/ui/Icon.tsx";
import { toast } from "@/ui/toast.tsx";
import { ActDialog } from "./ActDialog.tsx";
import styles from "./acts.module.css";
import { EditDialog } from "./EditDialog.tsx";
import { needsOf, type PossibleAct, possibleActs } from "./plan.ts";

const SHOWN = 3;
/** Acts that move the work on; only one of these is coloured. */
const DECISIVE = new Set(["approve", "complete", "claim", "unhold", "confirm", "rate"]);

/** The two or three acts that make sense now as buttons, the rest in a menu. */
export function ActBar({ ticket, form }: { ticket: Ticket; form: FormDocument | undefined }) {
  const texts = useTexts();
  const language = useLanguage();
  const pick = usePick();
  const [asked, setAsked] = useState<PossibleAct | null>(null);
  const act = useAct(ticket);
  const possible = possibleActs(ticket);
  const shown = possible.slice(0, possible.length === SHOWN + 1 ? SHOWN + 1 : SHOWN);
  const rest = possible.slice(shown.length);
  const several =
    new Set(ticket.tasks.filter((task) => task.acts.length > 0).map((task) => task.id)).size > 1;
  const label = ({ act: name, task }: PossibleAct) => {
    const word = texts.acts.names[name] ?? name;
    return several && task ? `${word} · ${pick(task.name)}` : word;
  };

  const choose = (chosen: PossibleAct) => {
    if (needsOf(chosen.act) || chosen.act === "edit") {
      setAsked(chosen);
      return;
    }
    act.mutate(
      { task: chosen.task, body: { act: chosen.act } },
      {
        onError: (error) =>
          toast(isStale(error) ? texts.ticket.stale("") : explain(error, language), {
            tone: "error",
          }),
      },
    );
  };

  if (possible.length === 0) return null;
  return (
    <div className={styles.bar} data-print="no">
      {shown.map((each, i) => (
        <Button
          key={`${each.act}${each.task?.id ?? ""}`}
          type={i === 0 && DECISIVE.has(each.act) ? "primary" : "default"}
          loading={act.isPending && act.variables.body.act === each.act}
          onClick={() => choose(each)}
        >
          {label(each)}
        </Button>
      ))}
      {rest.length > 0 && (
        <Dropdown
          trigger={["click"]}
          menu={{
            items: rest.map((each, i) => ({ key: String(i), label: label(each) })),
            onClick: ({ key }) => {
              const chosen = rest[Number(key)];
              if (chosen) choose(chosen);
            },
          }}
        >
          <Button aria-label={texts.acts.moreActs} icon={<Icon name="more" />} />
        </Dropdown>
      )}
      {asked?.act === "edit" && form && (
        <EditDialog ticket={ticket} form={form} onClose={() => setAsked(null)} />
      )}
      {asked && asked.act !== "edit" && (
        <ActDialog ticket={ticket} form={form} asked={asked} onClose={() => setAsked(null)} />
      )}
    </div>
  );
}
