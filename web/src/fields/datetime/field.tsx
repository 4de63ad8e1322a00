import { dateTime } from "@/i18n/format.ts";
import { useLanguage } from "@/i18n/index.tsx";
import { asText, type FieldType, type ViewerProps } from "../contract.ts";
import { lazyEditor } from "../lazyEditor.tsx";

function Viewer({ value }: ViewerProps) {
  const language = useLanguage();
  const text = asText(value);
  return <span className="num">{text && dateTime(text, language)}</span>;
}

export const datetimeField: FieldType = {
  type: "datetime",
  aliases: ["date_time"],
  Editor: lazyEditor(() => import("./Editor.tsx").then((module) => module.Editor)),
  Viewer,
  fixtures: [{ field: { id: "dt", label: "When" }, values: ["", "2026-02-13T01:30:00.000Z"] }],
};
