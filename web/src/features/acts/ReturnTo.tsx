import { useQuery } from "@tanstack/react-query";
import { Radio, Select } from "antd";
import type { Task, Ticket } from "@/api/types.ts";
import { flowQuery } from "@/data/acts.ts";
import { usePick, useTexts } from "@/i18n/index.tsx";
import styles from "./acts.module.css";

interface ReturnToProps {
  ticket: Ticket;
  task: Task | undefined;
  id: string;
  body: Record<string, unknown>;
  onChange: (member: string, value: unknown) => void;
}

/** Where it goes back to, and whether it then comes straight back. */
export function ReturnTo({ ticket, task, id, body, onChange }: ReturnToProps) {
  const { acts } = useTexts();
  const pick = usePick();
  const { data: flow } = useQuery(flowQuery(ticket.id));
  const people = (flow?.nodes ?? []).filter(
    (node) =>
      node.state === "done" &&
      node.id !== task?.node &&
      ["start", "approve", "work"].includes(node.type),
  );
  const options = people.map((node) => ({
    value: node.id,
    label: node.type === "start" ? acts.nodeStart : pick(node.name) || node.id,
  }));
  return (
    <>
      {options.length > 0 && (
        <div>
          <label htmlFor={`${id}-node`} className={styles.label}>
            {acts.node}
          </label>
          <Select
            id={`${id}-node`}
            style={{ width: "100%" }}
            allowClear
            placeholder={acts.nodeStart}
            options={options}
            value={body.to as string}
            onChange={(next) => onChange("to", next)}
          />
        </div>
      )}
      <div>
        <span className={styles.label}>{acts.afterwards}</span>
        <Radio.Group
          aria-label={acts.afterwards}
          value={body.then}
          onChange={(event) => onChange("then", event.target.value)}
          options={(["resume", "rewalk"] as const).map((value) => ({ value, label: acts[value] }))}
        />
      </div>
    </>
  );
}
