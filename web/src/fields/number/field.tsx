import { InputNumber } from "antd";
import { decimal } from "@/i18n/format.ts";
import {
  asText,
  controlProps,
  type EditorProps,
  type FieldType,
  type ViewerProps,
} from "../contract.ts";

/** Decimal strings in and out: a number never passes through floating point. */
export function DecimalEditor({ prefix, ...props }: EditorProps & { prefix?: string }) {
  const { field, value, onChange } = props;
  return (
    <InputNumber<string>
      {...controlProps(props)}
      stringMode
      style={{ width: "100%" }}
      value={value === null || value === undefined || value === "" ? null : String(value)}
      onChange={(next) => onChange(next ?? "")}
      precision={field.scale}
      min={field.min === undefined ? undefined : String(field.min)}
      max={field.max === undefined ? undefined : String(field.max)}
      prefix={prefix}
      changeOnWheel={false}
    />
  );
}

function Editor(props: EditorProps) {
  return <DecimalEditor {...props} />;
}

function Viewer({ field, value }: ViewerProps) {
  return <span className="num">{value === "" ? "" : decimal(asText(value), field.scale)}</span>;
}

export const numberField: FieldType = {
  type: "number",
  aliases: ["integer", "decimal"],
  Editor,
  Viewer,
  fixtures: [{ field: { id: "n", label: "Number", scale: 1 }, values: ["", "12.5", 3] }],
};
