import { type ReactNode, useState } from "react";
import { readStored, store } from "@/lib/storage.ts";
import styles from "./Splitter.module.css";

interface SplitterProps {
  name: string;
  initial: number;
  min: number;
  max: number;
  label: string;
  children: ReactNode;
}

const STEP = 16;

/** A pane whose right edge can be dragged or moved with the arrow keys; its width is remembered. */
export function Splitter({ name, initial, min, max, label, children }: SplitterProps) {
  const [width, setWidth] = useState(() => readStored<number>(`width.${name}`) ?? initial);
  const change = (next: number) => {
    const fitting = Math.round(Math.min(max, Math.max(min, next)));
    setWidth(fitting);
    store(`width.${name}`, fitting);
  };
  const drag = (event: React.PointerEvent<HTMLElement>) => {
    const start = event.clientX - width;
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent) => change(moved.clientX - start);
    const end = () => handle.removeEventListener("pointermove", move);
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", end, { once: true });
  };
  return (
    <div className={styles.pane} style={{ width }}>
      {children}
      <div
        role="separator"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label={label}
        aria-valuenow={width}
        aria-valuemin={min}
        aria-valuemax={max}
        className={styles.handle}
        onPointerDown={drag}
        onKeyDown={(event) => {
          if (event.key === "ArrowLeft") change(width - STEP);
          if (event.key === "ArrowRight") change(width + STEP);
        }}
      />
    </div>
  );
}
