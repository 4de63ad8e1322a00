import { DatePicker } from "antd";
import dayjs from "dayjs";
import { dateTime } from "@/i18n/format.ts";
import { useLanguage } from "@/i18n/index.tsx";
import {
  asText,
  controlProps,
  type EditorProps,
  type FieldType,
  type ViewerProps,
} from "../contract.ts";

/** Shown in the reader's zone, kept in UTC with milliseconds. */
function Editor(props: EditorProps) {
  const text = asText(props.value);
  return (
    <DatePicker
      {...controlProps(props)}
      style={{ width: "100%" }}
      showTime={{ format: "HH:mm" }}
      format="YYYY-MM-DD HH:mm"
      value={text ? dayjs(text) : null}
      onChange={(next) => props.onChange(next ? next.toDate().toISOString() : "")}
    />
  );
}

function Viewer({ value }: ViewerProps) {
  const language = useLanguage();
  const text = asText(value);
  return <span className="num">{text && dateTime(text, language)}</span>;
}

export const datetimeField: FieldType = {
  type: "datetime",
  aliases: ["date_time"],
  Editor,
  Viewer,
  fixtures: [{ field: { id: "dt", label: "When" }, values: ["", "2026-02-13T01:30:00.000Z"] }],
};
