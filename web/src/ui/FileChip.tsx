import type { ReactNode } from "react";
import type { FileRef } from "@/api/types.ts";
import { fileAddress } from "@/api/upload.ts";
import { fileSize } from "@/i18n/format.ts";
import styles from "./FileChip.module.css";
import { Icon } from "./Icon.tsx";

/** A file's name as a link, a small picture when it is one. */
export function FileChip({ file, children }: { file: FileRef; children?: ReactNode }) {
  const picture = file.media_type.startsWith("image/");
  return (
    <span className={styles.chip}>
      <a href={fileAddress(file.id)} target="_blank" rel="noreferrer" className={styles.link}>
        {picture ? (
          <img src={fileAddress(file.id)} alt="" className={styles.thumb} loading="lazy" />
        ) : (
          <Icon name="file" size={16} />
        )}
        <span className="ellipsis">{file.name}</span>
        {file.size > 0 && <span className="quiet small num">{fileSize(file.size)}</span>}
      </a>
      {children}
    </span>
  );
}
