import { type DragEvent, useState } from "react";

/** What an element needs to take dropped files, and whether some are held over it now. */
export function useFileDrop(take: (files: File[]) => void) {
  const [over, setOver] = useState(false);
  const handlers = {
    onDragOver: (event: DragEvent) => {
      // Text that is dragged within the page is not ours to take.
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      take(Array.from(event.dataTransfer.files));
    },
  };
  return { over, handlers };
}
