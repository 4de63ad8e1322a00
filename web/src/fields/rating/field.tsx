import { useTexts } from "@/i18n/index.tsx";
import { Stars } from "@/ui/Stars.tsx";
import type { EditorProps, FieldType, ViewerProps } from "../contract.ts";

function Editor({ field, value, onChange, id, disabled }: EditorProps) {
  return (
    <Stars
      id={id}
      value={Number(value) || 0}
      max={Number(field.max) || 5}
      onChange={onChange}
      disabled={disabled}
      labelledBy={`${id}-label`}
    />
  );
}

function Viewer({ value }: ViewerProps) {
  const { form } = useTexts();
  const score = Number(value) || 0;
  return <span>{score > 0 ? form.score(score) : ""}</span>;
}

export const ratingField: FieldType = {
  type: "rating",
  Editor,
  Viewer,
  fixtures: [{ field: { id: "ra", label: "Rating" }, values: [0, 4] }],
};
