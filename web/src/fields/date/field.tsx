import { DatePicker } from "antd";
import dayjs from "dayjs";
import { day } from "@/i18n/format.ts";
import { useLanguage } from "@/i18n/index.tsx";
import {
  asText,
  controlProps,
  type EditorProps,
  type FieldType,
  type ViewerProps,
} from "../contract.ts";

function Editor(props: EditorProps) {
  const text = asText(props.value);
  return (
    <DatePicker
      {...controlProps(props)}
      style={{ width: "100%" }}
      value={text ? dayjs(text) : null}
      onChange={(next) => props.onChange(next ? next.format("YYYY-MM-DD") : "")}
    />
  );
}

function Viewer({ value }: ViewerProps) {
  const language = useLanguage();
  const text = asText(value);
  return <span className="num">{text && day(`${text.slice(0, 10)}T00:00:00`, language)}</span>;
}

export const dateField: FieldType = {
  type: "date",
  Editor,
  Viewer,
  fixtures: [{ field: { id: "d", label: "Date" }, values: ["", "2026-02-13"] }],
};
