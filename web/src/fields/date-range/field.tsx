import { day } from "@/i18n/format.ts";
import { useLanguage } from "@/i18n/index.tsx";
import type { FieldType, ViewerProps } from "../contract.ts";
import { lazyEditor } from "../lazyEditor.tsx";

interface Range {
  from?: string;
  to?: string;
}

const read = (value: unknown): Range =>
  value !== null && typeof value === "object" ? (value as Range) : {};

function Viewer({ value }: ViewerProps) {
  const language = useLanguage();
  const { from, to } = read(value);
  if (!from || !to) return null;
  return (
    <span className="num">
      {day(`${from}T00:00:00`, language)} – {day(`${to}T00:00:00`, language)}
    </span>
  );
}

export const dateRangeField: FieldType = {
  type: "date-range",
  aliases: ["date_range"],
  Editor: lazyEditor(() => import("./Editor.tsx").then((module) => module.Editor)),
  Viewer,
  fixtures: [
    {
      field: { id: "dr", label: "Range" },
      values: [null, { from: "2026-02-13", to: "2026-02-20" }],
    },
  ],
};
