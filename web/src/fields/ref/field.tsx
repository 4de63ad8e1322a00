import { asText, type EditorProps, type FieldType, type ViewerProps } from "../contract.ts";
import { RecordPicker, RecordTitle } from "../pickers.tsx";

/** Picks a record; `copy` fills other answers from it (`{answer: member of the record}`). */
function Editor({
  field,
  id,
  value,
  onChange,
  onChangeOther,
  disabled,
  invalid,
  describedBy,
}: EditorProps) {
  return (
    <RecordPicker
      id={id}
      type={field.to ?? ""}
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
