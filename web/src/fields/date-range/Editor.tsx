import { DatePicker } from "antd";
import dayjs from "dayjs";
import { controlProps, type EditorProps } from "../contract.ts";

interface Range {
  from?: string;
  to?: string;
}

const read = (value: unknown): Range =>
  value !== null && typeof value === "object" ? (value as Range) : {};

export function Editor(props: EditorProps) {
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
