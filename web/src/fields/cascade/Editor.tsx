import { Cascader } from "antd";
import { type Option, optionsOf } from "@/forms/document.ts";
import { usePick, useTexts } from "@/i18n/index.tsx";
import { controlProps, type EditorProps } from "../contract.ts";

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

export function Editor(props: EditorProps) {
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
