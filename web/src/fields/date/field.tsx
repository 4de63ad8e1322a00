import { day } from "@/i18n/format.ts";
import { useLanguage } from "@/i18n/index.tsx";
import { asText, type FieldType, type ViewerProps } from "../contract.ts";
import { lazyEditor } from "../lazyEditor.tsx";

function Viewer({ value }: ViewerProps) {
  const language = useLanguage();
  const text = asText(value);
  return <span className="num">{text && day(`${text.slice(0, 10)}T00:00:00`, language)}</span>;
}

export const dateField: FieldType = {
  type: "date",
  Editor: lazyEditor(() => import("./Editor.tsx").then((module) => module.Editor)),
  Viewer,
  fixtures: [{ field: { id: "d", label: "Date" }, values: ["", "2026-02-13"] }],
};
