import { useTexts } from "@/i18n/index.tsx";
import { asText, type EditorProps, type FieldType, type ViewerProps } from "../contract.ts";

/** The server gives the number. */
function Editor({ value, id }: EditorProps) {
  const { form } = useTexts();
  return (
    <output id={id} className="num quiet">
      {asText(value) || form.serialHint}
    </output>
  );
}

function Viewer({ value }: ViewerProps) {
  return <span className="num">{asText(value)}</span>;
}

export const serialField: FieldType = {
  type: "serial",
  aliases: ["serial_number"],
  Editor,
  Viewer,
  fixtures: [{ field: { id: "se", label: "Serial" }, values: ["", "BX-0007"] }],
};
