import { Switch } from "antd";
import { useTexts } from "@/i18n/index.tsx";
import type { EditorProps, FieldType, ViewerProps } from "../contract.ts";

function Editor({ id, value, onChange, disabled, describedBy }: EditorProps) {
  const { common } = useTexts();
  return (
    <Switch
      id={id}
      checked={value === true}
      onChange={onChange}
      disabled={disabled}
      checkedChildren={common.yes}
      unCheckedChildren={common.no}
      aria-describedby={describedBy}
    />
  );
}

function Viewer({ value }: ViewerProps) {
  const { common } = useTexts();
  return <span>{value === true ? common.yes : common.no}</span>;
}

export const boolField: FieldType = {
  type: "bool",
  aliases: ["boolean", "checkbox"],
  Editor,
  Viewer,
  fixtures: [{ field: { id: "b", label: "Yes or no" }, values: [true, false, null] }],
};
