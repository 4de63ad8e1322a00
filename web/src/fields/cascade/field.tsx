import { Cascader } from "antd";
import { type Option, optionsOf } from "@/forms/document.ts";
import { usePick, useTexts } from "@/i18n/index.tsx";
import { controlProps, type EditorProps, type FieldType, type ViewerProps } from "../contract.ts";

interface Branch {
  value: string;
  label: string;
  children?: Branch[];
}

const read = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function branches(options: Option[], pick: ReturnType<typeof usePick>): Branch[] {
  return options.map(({ value, label, children }) => {
    const branch: Branch = { value, label: pick(label) || value };
    if (children) branch.children = branches(children, pick);
    return branch;
  });
}

function Editor(props: EditorProps) {
  const pick = usePick();
  const { form } = useTexts();
  return (
    <Cascader
      {...controlProps(props)}
      style={{ width: "100%" }}
      options={branches(optionsOf(props.field), pick)}
      placeholder={form.pick}
      showSearch
      value={read(props.value)}
      onChange={(next) => props.onChange(next ?? [])}
    />
  );
}

function Viewer({ field, value }: ViewerProps) {
  const pick = usePick();
  let level = optionsOf(field);
  const labels = read(value).map((each) => {
    const found = level.find((option) => option.value === each);
    level = found?.children ?? [];
    return pick(found?.label) || each;
  });
  return <span>{labels.join(" / ")}</span>;
}

export const cascadeField: FieldType = {
  type: "cascade",
  Editor,
  Viewer,
  fixtures: [
    {
      field: {
        id: "c",
        label: "Levels",
        options: [{ value: "hw", label: "硬件", children: [{ value: "pc" }] }],
      },
      values: [[], ["hw", "pc"]],
    },
  ],
};
