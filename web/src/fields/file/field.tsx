import { useTexts } from "@/i18n/index.tsx";
import { FileChip } from "@/ui/FileChip.tsx";
import type { EditorProps, FieldType, ViewerProps } from "../contract.ts";
import { FileDrop } from "../FileDrop.tsx";

export const fileIds = (value: unknown): string[] =>
  Array.isArray(value)
    ? value.map((each) =>
        typeof each === "object" && each ? String((each as { id: string }).id) : String(each),
      )
    : [];

function Editor({ field, id, value, onChange, disabled, describedBy }: EditorProps) {
  return (
    <FileDrop
      id={id}
      ids={fileIds(value)}
      onChange={onChange}
      accept={field.accept ?? (field.type === "image" ? ["image/*"] : [])}
      max={Number(field.max) || undefined}
      disabled={disabled}
      describedBy={describedBy}
    />
  );
}

function Viewer({ value }: ViewerProps) {
  const { common } = useTexts();
  const files = Array.isArray(value) ? value : [];
  if (files.length === 0) return <span>{common.none}</span>;
  return (
    <span style={{ display: "flex", flexWrap: "wrap", gap: 6 }}>
      {files.map((file, i) =>
        typeof file === "object" && file ? (
          <FileChip key={file.id} file={file} />
        ) : (
          <FileChip
            key={String(file)}
            file={{ id: String(file), name: `#${i + 1}`, size: 0, media_type: "" }}
          />
        ),
      )}
    </span>
  );
}

export const fileField: FieldType = {
  type: "file",
  aliases: ["image", "attachment", "files"],
  wide: true,
  Editor,
  Viewer,
  fixtures: [{ field: { id: "f", label: "Photos", accept: ["image/*"] }, values: [[], ["fil_1"]] }],
};
