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
      type="email"
      autoComplete="email"
      value={asText(props.value)}
      onChange={(event) => props.onChange(event.target.value)}
    />
  );
}

function Viewer({ value }: ViewerProps) {
  const text = asText(value);
  return text.includes("*") || !text ? <span>{text}</span> : <a href={`mailto:${text}`}>{text}</a>;
}

export const emailField: FieldType = {
  type: "email",
  aliases: ["e-mail"],
  Editor,
  Viewer,
  fixtures: [{ field: { id: "em", label: "E-mail" }, values: ["", "li.wei@example.com"] }],
};
