import { useQuery } from "@tanstack/react-query";
import { Button, Popover, Select } from "antd";
import { useId } from "react";
import { ticketTypesQuery } from "@/data/tickets.ts";
import { usePick, useTexts } from "@/i18n/index.tsx";
import { Icon } from "@/ui/Icon.tsx";
import { type QuickFilter, readFilter, writeFilter } from "./filter.ts";
import styles from "./queue.module.css";

interface FilterMenuProps {
  condition: unknown;
  onChange: (condition: unknown) => void;
}

export function FilterMenu({ condition, onChange }: FilterMenuProps) {
  const texts = useTexts();
  const filter = readFilter(condition);
  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      content={<Fields filter={filter} onChange={(next) => onChange(writeFilter(next))} />}
    >
      <Button
        type="text"
        size="small"
        icon={<Icon name="filter" size={16} />}
        aria-haspopup="dialog"
      >
        {texts.queue.filter}
      </Button>
    </Popover>
  );
}

function Fields({
  filter,
  onChange,
}: {
  filter: QuickFilter;
  onChange: (filter: QuickFilter) => void;
}) {
  const texts = useTexts();
  const pick = usePick();
  const id = useId();
  const types = useQuery(ticketTypesQuery).data ?? [];
  const statuses = Object.entries(texts.common.status).map(([value, label]) => ({ value, label }));
  const priorities = [4, 3, 2, 1].map((n) => ({
    value: String(n),
    label: texts.common.priority[n] ?? "",
  }));
  const several = (
    name: "status" | "priority" | "type",
    label: string,
    options: { value: string; label: string }[],
  ) => (
    <div>
      <label htmlFor={`${id}-${name}`} className={styles.filterLabel}>
        {label}
      </label>
      <Select
        id={`${id}-${name}`}
        mode="multiple"
        style={{ width: "100%" }}
        placeholder={texts.common.all}
        options={options}
        value={filter[name]}
        onChange={(next) => onChange({ ...filter, [name]: next })}
      />
    </div>
  );
  return (
    <div className={styles.filterFields}>
      {several("status", texts.queue.status, statuses)}
      {several("priority", texts.queue.priority, priorities)}
      {several(
        "type",
        texts.queue.type,
        types.map((type) => ({ value: type.key, label: pick(type.title) })),
      )}
      <div>
        <label htmlFor={`${id}-owner`} className={styles.filterLabel}>
          {texts.queue.owner}
        </label>
        <Select
          id={`${id}-owner`}
          style={{ width: "100%" }}
          allowClear
          placeholder={texts.common.all}
          options={[
            { value: "me", label: texts.queue.mine },
            { value: "none", label: texts.queue.unassigned },
          ]}
          value={filter.owner || undefined}
          onChange={(next) => onChange({ ...filter, owner: (next ?? "") as QuickFilter["owner"] })}
        />
      </div>
    </div>
  );
}
