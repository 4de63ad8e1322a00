import { decimal } from "@/i18n/format.ts";
import { asText, type EditorProps, type FieldType, type ViewerProps } from "../contract.ts";
import { DecimalEditor } from "../number/field.tsx";

const SIGNS: Record<string, string> = { CNY: "¥", USD: "$", EUR: "€", HKD: "HK$" };
const sign = (currency: string | undefined) => SIGNS[currency ?? "CNY"] ?? currency ?? "¥";

function Editor(props: EditorProps) {
  return (
    <DecimalEditor
      {...props}
      field={{ scale: 2, ...props.field }}
      prefix={sign(props.field.currency)}
    />
  );
}

function Viewer({ field, value }: ViewerProps) {
  const text = asText(value);
  return (
    <span className="num">
      {text && `${sign(field.currency)} ${decimal(text, field.scale ?? 2)}`}
    </span>
  );
}

export const moneyField: FieldType = {
  type: "money",
  Editor,
  Viewer,
  fixtures: [{ field: { id: "m", label: "Money", scale: 2 }, values: ["", "5000.00"] }],
};
