import { optionsOf } from "@/forms/document.ts";
import { usePick } from "@/i18n/index.tsx";
import type { FieldType, ViewerProps } from "../contract.ts";
import { lazyEditor } from "../lazyEditor.tsx";

const read = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

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
  Editor: lazyEditor(() => import("./Editor.tsx").then((module) => module.Editor)),
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
