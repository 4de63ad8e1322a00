import { Input } from "antd";
import {
  asText,
  controlProps,
  type EditorProps,
  type FieldType,
  type ViewerProps,
} from "../contract.ts";

/** Light markup typed as text: paragraphs, `- ` lists and `**bold**`; never HTML. */
function Editor(props: EditorProps) {
  return (
    <Input.TextArea
      {...controlProps(props)}
      value={asText(props.value)}
      onChange={(event) => props.onChange(event.target.value)}
      autoSize={{ minRows: 4, maxRows: 20 }}
    />
  );
}

function Viewer({ value }: ViewerProps) {
  return <RichText text={asText(value)} />;
}

export function RichText({ text }: { text: string }) {
  return (
    <>
      {text.split(/\n{2,}/).map((block, i) => {
        const key = `${i}${block.slice(0, 12)}`;
        const lines = block.split("\n");
        if (lines.every((line) => /^[-*] /.test(line))) {
          return (
            <ul key={key} style={{ listStyle: "disc", paddingLeft: 20 }}>
              {lines.map((line) => (
                <li key={line}>{bold(line.slice(2))}</li>
              ))}
            </ul>
          );
        }
        return (
          <p key={key} style={{ whiteSpace: "pre-wrap" }}>
            {bold(block)}
          </p>
        );
      })}
    </>
  );
}

function bold(text: string) {
  return text
    .split(/\*\*(.+?)\*\*/g)
    .map((part, i) => (i % 2 === 1 ? <strong key={`${part}b`}>{part}</strong> : part));
}

export const richtextField: FieldType = {
  type: "richtext",
  aliases: ["rich_text"],
  wide: true,
  Editor,
  Viewer,
  fixtures: [{ field: { id: "r", label: "Rich" }, values: ["", "**重要**\n\n- 一\n- 二"] }],
};
