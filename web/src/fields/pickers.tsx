import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { peopleQuery, type RecordChoice, recordQuery, recordsQuery } from "@/data/directory.ts";
import { useTexts } from "@/i18n/index.tsx";
import { useDebounced } from "@/lib/hooks.ts";
import { Avatar } from "@/ui/marks.tsx";

export interface PickerProps {
  id: string;
  value: string | null;
  onChange: (value: string | null) => void;
  disabled?: boolean;
  invalid?: boolean;
  describedBy?: string | undefined;
  autoFocus?: boolean;
  label?: string;
}

const shared = (props: PickerProps) => ({
  id: props.id,
  style: { width: "100%" },
  value: props.value ?? undefined,
  disabled: props.disabled,
  allowClear: true,
  autoFocus: props.autoFocus,
  "aria-label": props.label,
  "aria-invalid": props.invalid || undefined,
  "aria-describedby": props.describedBy,
  ...(props.invalid ? { status: "error" as const } : {}),
});

/** Finds a colleague by name, pinyin or sign-in name. */
export function PersonPicker(props: PickerProps) {
  const { form } = useTexts();
  const [text, setText] = useState("");
  const found = useQuery(peopleQuery(useDebounced(text, 150)));
  const options = (found.data ?? []).map((person) => ({
    value: person.id,
    label: person.name,
    detail: person.org?.name ?? "",
  }));
  return (
    <Select
      {...shared(props)}
      showSearch={{ filterOption: false, onSearch: setText }}
      placeholder={form.typeToSearch}
      notFoundContent={found.isFetching ? null : form.noMatch}
      options={options}
      optionRender={(option) => (
        <span style={{ display: "flex", alignItems: "center", gap: 8 }}>
          <Avatar name={String(option.data.label)} size={20} />
          {option.data.label}
          <span className="quiet small">{option.data.detail}</span>
        </span>
      )}
      onChange={(next) => props.onChange(next ?? null)}
    />
  );
}

interface RecordPickerProps extends PickerProps {
  type: string;
  /** The reference field that is answered, when it does not take every record. */
  choice?: RecordChoice;
  onPick?: (data: Record<string, unknown>) => void;
}

/** Finds an asset, place, part or any other record of one type. */
export function RecordPicker({ type, choice, onPick, ...props }: RecordPickerProps) {
  const { form } = useTexts();
  const [text, setText] = useState("");
  const found = useQuery(recordsQuery(type, useDebounced(text, 150), choice));
  const current = useQuery({ ...recordQuery(props.value ?? ""), enabled: Boolean(props.value) });
  const rows = [...(found.data ?? [])];
  if (current.data && !rows.some((row) => row.id === current.data.id)) rows.unshift(current.data);
  return (
    <Select
      {...shared(props)}
      showSearch={{ filterOption: false, onSearch: setText }}
      placeholder={form.typeToSearch}
      notFoundContent={found.isFetching ? null : choice ? form.noneFits : form.noMatch}
      options={rows.map((row) => ({ value: row.id, label: row.title }))}
      onChange={(next) => {
        props.onChange(next ?? null);
        const row = rows.find((each) => each.id === next);
        if (row) onPick?.(row.data);
      }}
    />
  );
}

/** A person's name, whether the answer came with the name or only as an id. */
export function PersonName({ value }: { value: unknown }) {
  if (value !== null && typeof value === "object")
    return <span>{String((value as { name?: string }).name ?? "")}</span>;
  return <PersonById id={value ? String(value) : ""} />;
}

function PersonById({ id }: { id: string }) {
  const people = useQuery({ ...peopleQuery(""), enabled: id !== "" });
  return <span>{people.data?.find((person) => person.id === id)?.name ?? id}</span>;
}

export function RecordTitle({ value }: { value: unknown }) {
  if (value !== null && typeof value === "object") {
    return <span>{String((value as { title?: string }).title ?? "")}</span>;
  }
  return <RecordById id={value ? String(value) : ""} />;
}

function RecordById({ id }: { id: string }) {
  const record = useQuery({ ...recordQuery(id), enabled: id !== "" });
  return <span>{record.data?.title ?? id}</span>;
}
