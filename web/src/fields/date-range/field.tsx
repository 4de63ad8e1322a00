import { DatePicker } from "antd";
import dayjs from "dayjs";
import { day } from "@/i18n/format.ts";
import { useLanguage } from "@/i18n/index.tsx";
import { controlProps, type EditorProps, type FieldType, type ViewerProps } from "../contract.ts";

interface Range {
  from?: string;
  to?: string;
}

const read = (value: unknown): Range =>
  value !== null && typeof value === "object" ? (value as Range) : {};

function Editor(props: EditorProps) {
  const { from, to } = read(props.value);
  const { id, ...rest } = controlProps(props);
  return (
    <DatePicker.RangePicker
      {...rest}
      id={{ start: id, end: `${id}-end` }}
      style={{ width: "100%" }}
      value={from && to ? [dayjs(from), dayjs(to)] : null}
      onChange={(next) =>
        props.onChange(
          next?.[0] && next[1]
            ? { from: next[0].format("YYYY-MM-DD"), to: next[1].format("YYYY-MM-DD") }
            : null,
        )
      }
    />
  );
}

function Viewer({ value }: ViewerProps) {
  const language = useLanguage();
  const { from, to } = read(value);
  if (!from || !to) return null;
  return (
    <span className="num">
      {day(`${from}T00:00:00`, language)} – {day(`${to}T00:00:00`, language)}
    </span>
  );
}

export const dateRangeField: FieldType = {
  type: "date-range",
  aliases: ["date_range"],
  Editor,
  Viewer,
  fixtures: [
    {
      field: { id: "dr", label: "Range" },
      values: [null, { from: "2026-02-13", to: "2026-02-20" }],
    },
  ],
};
