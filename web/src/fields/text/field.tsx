import { Input } from "antd";
import { usePick } from "@/i18n/index.tsx";
import {
  asText,
  controlProps,
  type EditorProps,
  type FieldType,
  type ViewerProps,
} from "../contract.ts";

const LONG = 120;

/** One line, or a box when the form allows long answers. */
function Editor(props: EditorProps) {
  const { field, value, onChange } = props;
  const pick = usePick();
  const max = Number(field.max) || undefined;
  const common = {
    ...controlProps(props),
    value: asText(value),
    placeholder: pick(field.placeholder as string),
    onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      onChange(event.target.value),
  };
  if (field.multiline || (max ?? 0) > LONG) {
    return (
      <Input.TextArea
        {...common}
        autoSize={{ minRows: 2, maxRows: 12 }}
        count={{ max, show: false }}
      />
    );
  }
  return <Input {...common} count={{ max }} />;
}

function Viewer({ value }: ViewerProps) {
  return <span style={{ whiteSpace: "pre-wrap" }}>{asText(value)}</span>;
}

export const textField: FieldType = {
  type: "text",
  aliases: ["textarea", "string"],
  Editor,
  Viewer,
  fixtures: [
    { field: { id: "t", label: "Text" }, values: ["", "空调漏水"] },
    { field: { id: "t", label: "Text", max: 500 }, values: ["长文"] },
  ],
};
