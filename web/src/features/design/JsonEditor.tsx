import { useEffect, useRef } from "react";
import { useTexts } from "@/i18n/index.tsx";
import { type Editor, open } from "./codemirror.ts";
import styles from "./JsonEditor.module.css";

interface JsonEditorProps {
  /** The text to begin with; a new `revision` replaces what is in the editor. */
  text: string;
  revision: string;
  readOnly?: boolean;
  onChange?: (text: string) => void;
  /** A JSON pointer to show, with a count so that the same one can be asked for again. */
  goTo?: { pointer: string; count: number } | null;
}

export function JsonEditor({ text, revision, readOnly = false, onChange, goTo }: JsonEditorProps) {
  const { design } = useTexts();
  const box = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | null>(null);
  const change = useRef(onChange);
  change.current = onChange;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the text counts when its revision changes
  useEffect(() => {
    if (!box.current) return;
    const made = open(box.current, {
      text,
      readOnly,
      label: design.document,
      onChange: (next) => change.current?.(next),
    });
    editor.current = made;
    return () => made.destroy();
  }, [revision, readOnly, design.document]);

  useEffect(() => {
    if (goTo) editor.current?.reveal(goTo.pointer);
  }, [goTo]);

  return <div ref={box} className={styles.editor} />;
}
