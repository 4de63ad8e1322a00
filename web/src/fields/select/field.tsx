import { Radio, Select } from "antd";
import { optionsOf } from "@/forms/document.ts";
import { usePick, useTexts } from "@/i18n/index.tsx";
import {
  asText,
  controlProps,
  type EditorProps,
  type FieldType,
  type ViewerProps,
} from "../contract.ts";

const FEW = 4;

/** Up to four options are all in sight; more are a searchable list. */
function Editor(props: EditorProps) {
  const { field, value, onChange, disabled, describedBy } = props;
  const pick = usePick();
  const { form } = useTexts();
  const options = optionsOf(field).map((each) => ({
    value: each.value,
    label: pick(each.label) || each.value,
  }));
  const current = asText(value) || undefined;
  const short = options.every((each) => each.label.length <= 8);
  if (options.length > 0 && options.length <= FEW && short && field.required) {
    return (
      <Radio.Group
        id={props.id}
        aria-labelledby={`${props.id}-label`}
        aria-describedby={describedBy}
        disabled={disabled}
        options={options}
        optionType="button"
        value={current}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  return (
    <Select
      {...controlProps(props)}
      style={{ width: "100%" }}
      showSearch={{ optionFilterProp: "label" }}
      allowClear={!field.required}
      placeholder={form.pick}
      options={options}
      value={current}
      onChange={(next) => onChange(next ?? "")}
    />
  );
}

function Viewer({ field, value }: ViewerProps) {
  const pick = usePick();
  const found = optionsOf(field).find((option) => option.value === value);
  return <span>{pick(found?.label) || asText(value)}</span>;
}

export const selectField: FieldType = {
  type: "select",
  aliases: ["radio"],
  Editor,
  Viewer,
  fixtures: [
    {
      field: {
        id: "s",
        label: "Kind",
        options: [{ value: "net", label: { zh: "网络", en: "Network" } }, "other"],
      },
      values: ["", "net", "gone"],
    },
  ],
};
