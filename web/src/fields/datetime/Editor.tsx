import { DatePicker } from "antd";
import dayjs from "dayjs";
import { asText, controlProps, type EditorProps } from "../contract.ts";

/** Shown in the reader's zone, kept in UTC with milliseconds. */
export function Editor(props: EditorProps) {
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
