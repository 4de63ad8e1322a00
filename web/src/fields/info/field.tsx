import { usePick } from "@/i18n/index.tsx";
import type { EditorProps, FieldType, ViewerProps } from "../contract.ts";
import { RichText } from "../richtext/field.tsx";

function Info({ field }: Pick<EditorProps & ViewerProps, "field">) {
  const pick = usePick();
  return (
    <div style={{ padding: "8px 12px", borderRadius: 6, background: "var(--accent-soft)" }}>
      <RichText text={pick(field.text ?? field.label)} />
    </div>
  );
}

export const infoField: FieldType = {
  type: "info",
  aliases: ["info_text", "tips"],
  wide: true,
  silent: true,
  Editor: Info,
  Viewer: () => null,
  fixtures: [
    { field: { id: "i", text: { zh: "请先断电。", en: "Switch it off first." } }, values: [null] },
  ],
};
