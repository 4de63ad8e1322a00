import { useRef, useState } from "react";
import { explain } from "@/api/errors.ts";
import type { FileRef } from "@/api/types.ts";
import { upload } from "@/api/upload.ts";
import { useLanguage, useTexts } from "@/i18n/index.tsx";
import { useFileDrop } from "@/lib/fileDrop.ts";
import { FileChip } from "@/ui/FileChip.tsx";
import { Icon } from "@/ui/Icon.tsx";
import { toast } from "@/ui/toast.tsx";
import styles from "./FileDrop.module.css";

interface FileDropProps {
  id: string;
  ids: string[];
  onChange: (ids: string[]) => void;
  accept?: string[];
  max?: number | undefined;
  disabled?: boolean;
  describedBy?: string | undefined;
}

/** Files by button, drop or paste, each with its progress. */
export function FileDrop({
  id,
  ids,
  onChange,
  accept = [],
  max,
  disabled = false,
  describedBy,
}: FileDropProps) {
  const { form, common } = useTexts();
  const { known, running, add } = useUploads(ids, onChange, max);
  const { over, handlers } = useFileDrop((files) => {
    if (!disabled) void add(files);
  });
  const input = useRef<HTMLInputElement>(null);

  return (
    <div
      className={`${styles.zone} ${over ? styles.over : ""}`}
      {...handlers}
      onPaste={(event) => {
        const files = Array.from(event.clipboardData.files);
        if (files.length > 0 && !disabled) void add(files);
      }}
    >
      <input
        ref={input}
        id={id}
        type="file"
        multiple={max !== 1}
        accept={accept.join(",") || undefined}
        disabled={disabled}
        aria-describedby={describedBy}
        className="hidden-visually"
        onChange={(event) => {
          void add(Array.from(event.target.files ?? []));
          event.target.value = "";
        }}
      />
      <label htmlFor={id} className={styles.button}>
        <Icon name="clip" size={15} />
        {form.upload}
      </label>
      <span className="quiet small">{form.uploadHint}</span>
      {(ids.length > 0 || running.length > 0) && (
        <div className={styles.list}>
          {ids.map((each, i) => (
            <FileChip
              key={each}
              file={known.get(each) ?? { id: each, name: `#${i + 1}`, size: 0, media_type: "" }}
            >
              <button
                type="button"
                className={styles.remove}
                aria-label={`${common.remove} ${known.get(each)?.name ?? i + 1}`}
                onClick={() => onChange(ids.filter((other) => other !== each))}
              >
                <Icon name="close" size={14} />
              </button>
            </FileChip>
          ))}
          {running.map(({ name, share }) => (
            <span key={name} className={styles.running} role="status">
              {form.uploading(name)}
              <progress value={share} max={1} aria-label={form.uploading(name)} />
            </span>
          ))}
        </div>
      )}
    </div>
  );
}

interface Running {
  name: string;
  share: number;
}

/** Uploads files one after another and adds each id as it arrives. */
export function useUploads(ids: string[], onChange: (ids: string[]) => void, max?: number) {
  const { form } = useTexts();
  const language = useLanguage();
  const [known, setKnown] = useState(() => new Map<string, FileRef>());
  const [running, setRunning] = useState<Running[]>([]);
  const latest = useRef(ids);
  latest.current = ids;

  const add = async (files: File[]) => {
    const room = max === undefined ? files.length : Math.max(0, max - latest.current.length);
    for (const file of files.slice(0, room)) {
      const others = (list: Running[]) => list.filter((each) => each.name !== file.name);
      setRunning((list) => [...others(list), { name: file.name, share: 0 }]);
      try {
        const saved = await upload(file, (share) =>
          setRunning((list) => [...others(list), { name: file.name, share }]),
        );
        setKnown((map) => new Map(map).set(saved.id, saved));
        latest.current = [...latest.current, saved.id];
        onChange(latest.current);
      } catch (error) {
        toast(`${form.uploadFailed(file.name)}: ${explain(error, language)}`, { tone: "error" });
      }
      setRunning(others);
    }
  };
  return { known, running, add };
}
