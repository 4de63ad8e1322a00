import { isBlank, type Values } from "@/forms/document.ts";
import { asText, type EditorProps, type FieldType, type ViewerProps } from "../contract.ts";
import { RecordPicker, RecordTitle } from "../pickers.tsx";

/** Picks a record; `copy` fills other answers from it (`{answer: member of the record}`). */
function Editor({
  field,
  id,
  value,
  onChange,
  onChangeOther,
  place,
  values,
  disabled,
  invalid,
  describedBy,
}: EditorProps) {
  return (
    <RecordPicker
      id={id}
      type={field.to ?? ""}
      {...(field.filter && place
        ? { choice: { field: place, answers: named(field.filter, values) } }
        : {})}
      value={asText(value) || null}
      onChange={(next) => onChange(next ?? "")}
      onPick={(data) => {
        for (const [answer, member] of Object.entries(field.copy ?? {}))
          onChangeOther(answer, data[member] ?? null);
      }}
      disabled={disabled}
      invalid={invalid}
      describedBy={describedBy}
    />
  );
}

/** The answers that a filter compares records with, as `form.…`. */
export function named(filter: unknown, values: Values): Values {
  const answers: Values = {};
  const walk = (part: unknown) => {
    if (part === null || typeof part !== "object") return;
    const path = (part as { f?: unknown }).f;
    if (typeof path === "string" && path.startsWith("form.")) {
      const id = path.slice("form.".length).split(".")[0] ?? "";
      if (!isBlank(values[id])) answers[id] = values[id];
    }
    for (const inner of Object.values(part)) walk(inner);
  };
  walk(filter);
  return answers;
}

function Viewer({ value }: ViewerProps) {
  return <RecordTitle value={value} />;
}

export const refField: FieldType = {
  type: "ref",
  aliases: ["lookup"],
  Editor,
  Viewer,
  fixtures: [
    {
      field: { id: "ref", label: "Asset", to: "asset" },
      values: ["", { id: "rec_1", title: "冷水机组 2#" }],
    },
  ],
};
