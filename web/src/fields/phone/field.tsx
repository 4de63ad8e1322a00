import { Input } from "antd";
import {
  asText,
  controlProps,
  type EditorProps,
  type FieldType,
  type ViewerProps,
} from "../contract.ts";

function Editor(props: EditorProps) {
  return (
    <Input
      {...controlProps(props)}
      type="tel"
      autoComplete="tel"
      value={asText(props.value)}
      onChange={(event) => props.onChange(event.target.value)}
    />
  );
}

function Viewer({ value }: ViewerProps) {
  const text = asText(value);
  // A masked number cannot be called.
  return text.includes("*") || !text ? (
    <span className="num">{text}</span>
  ) : (
    <a href={`tel:${text}`}>{text}</a>
  );
}

export const phoneField: FieldType = {
  type: "phone",
  aliases: ["telephone"],
  Editor,
  Viewer,
  fixtures: [{ field: { id: "ph", label: "Phone" }, values: ["", "138****0000", "13800000000"] }],
};
