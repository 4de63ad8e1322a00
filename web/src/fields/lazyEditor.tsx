import { type ComponentType, lazy, Suspense } from "react";
import type { EditorProps } from "./contract.ts";

/** An editor whose widget is heavy: it is fetched when a form first shows such a field. */
export function lazyEditor(
  load: () => Promise<ComponentType<EditorProps>>,
): ComponentType<EditorProps> {
  const Loaded = lazy(() => load().then((component) => ({ default: component })));
  return function LazyEditor(props: EditorProps) {
    return (
      <Suspense fallback={<div style={{ minHeight: 32 }} aria-busy="true" />}>
        <Loaded {...props} />
      </Suspense>
    );
  };
}
