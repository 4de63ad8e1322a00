import { DatePicker } from "antd";
import dayjs from "dayjs";
import { asText, controlProps, type EditorProps } from "../contract.ts";

export function Editor(props: EditorProps) {
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
