import { Select } from "antd";
import { optionsOf } from "@/forms/document.ts";
import { usePick, useTexts } from "@/i18n/index.tsx";
import { controlProps, type EditorProps, type FieldType, type ViewerProps } from "../contract.ts";

const read = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function Editor(props: EditorProps) {
  const pick = usePick();
  const { form } = useTexts();
  return (
    <Select
      {...controlProps(props)}
      mode="multiple"
      style={{ width: "100%" }}
      showSearch={{ optionFilterProp: "label" }}
      placeholder={form.pick}
      options={optionsOf(props.field).map((each) => ({
        value: each.value,
        label: pick(each.label) || each.value,
      }))}
      value={read(props.value)}
      onChange={props.onChange}
    />
  );
}

function Viewer({ field, value }: ViewerProps) {
  const pick = usePick();
  const options = optionsOf(field);
  const labels = read(value).map(
    (each) => pick(options.find((option) => option.value === each)?.label) || each,
  );
  return <span>{labels.join("、")}</span>;
}

export const multiSelectField: FieldType = {
  type: "multi-select",
  aliases: ["multi_select", "multi", "checkboxes"],
  Editor,
  Viewer,
  fixtures: [
    { field: { id: "ms", label: "Several", options: ["a", "b"] }, values: [[], ["a", "b"]] },
  ],
};
