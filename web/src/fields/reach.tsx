import { Input } from "antd";
import {
  asText,
  controlProps,
  type EditorProps,
  type FieldType,
  type ViewerProps,
} from "./contract.ts";

interface Reach {
  type: "phone" | "email";
  aliases: string[];
  /** The kind of keyboard, and of what the browser may fill in. */
  input: "tel" | "email";
  /** What a click on the answer opens. */
  scheme: "tel" | "mailto";
  fixtures: FieldType["fixtures"];
}

/** A way to reach somebody: typed as a line of text, shown as a link. */
export function reachField({ type, aliases, input, scheme, fixtures }: Reach): FieldType {
  function Editor(props: EditorProps) {
    return (
      <Input
        {...controlProps(props)}
        type={input}
        autoComplete={input}
        value={asText(props.value)}
        onChange={(event) => props.onChange(event.target.value)}
      />
    );
  }

  function Viewer({ value }: ViewerProps) {
    const text = asText(value);
    const shown = <span className="num">{text}</span>;
    // What is masked reaches nobody.
    return text.includes("*") || !text ? shown : <a href={`${scheme}:${text}`}>{text}</a>;
  }

  return { type, aliases, Editor, Viewer, fixtures };
}
