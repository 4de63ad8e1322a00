import { asText, type EditorProps, type FieldType, type ViewerProps } from "../contract.ts";
import { PersonName, PersonPicker } from "../pickers.tsx";

function Editor({ id, value, onChange, disabled, invalid, describedBy }: EditorProps) {
  return (
    <PersonPicker
      id={id}
      value={asText(value) || null}
      onChange={(next) => onChange(next ?? "")}
      disabled={disabled}
      invalid={invalid}
      describedBy={describedBy}
    />
  );
}

function Viewer({ value }: ViewerProps) {
  return <PersonName value={value} />;
}

export const personField: FieldType = {
  type: "person",
  aliases: ["user"],
  Editor,
  Viewer,
  fixtures: [{ field: { id: "p", label: "Person" }, values: ["", { id: "usr_1", name: "李伟" }] }],
};
