import { useEffect, useRef, useState, useSyncExternalStore } from "react";

let now = Date.now();
const waiting = new Set<() => void>();
let ticker: ReturnType<typeof setInterval> | undefined;

function subscribe(notify: () => void): () => void {
  waiting.add(notify);
  ticker ??= setInterval(() => {
    now = Date.now();
    for (const each of waiting) each();
  }, 20_000);
  return () => {
    waiting.delete(notify);
    if (waiting.size === 0) {
      clearInterval(ticker);
      ticker = undefined;
    }
  };
}

/** The time, renewed every 20 seconds by one clock for the whole page. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

export function useDebounced<T>(value: T, ms: number): T {
  const [late, setLate] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return late;
}

/** True once `ms` have passed; keeps skeletons away from quick answers. */
export function useDelay(ms: number): boolean {
  const [passed, setPassed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setPassed(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return passed;
}

export function useMedia(query: string): boolean {
  const read = () => (typeof matchMedia === "undefined" ? false : matchMedia(query).matches);
  return useSyncExternalStore((notify) => {
    const media = matchMedia(query);
    media.addEventListener("change", notify);
    return () => media.removeEventListener("change", notify);
  }, read);
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** Whether a key press belongs to a text being typed or composed (IME), so shortcuts must keep out. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.isComposing || event.keyCode === 229) return true;
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Shortcuts without a modifier, inert while somebody types or a dialog is open. */
export function useKeys(
  handlers: Record<string, (event: KeyboardEvent) => void>,
  enabled = true,
): void {
  const latest = useRef(handlers);
  latest.current = handlers;
  useEffect(() => {
    if (!enabled) return;
    const handle = (event: KeyboardEvent) => {
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        event.defaultPrevented ||
        isTyping(event)
      )
        return;
      if (document.querySelector('[role="dialog"]')) return;
      latest.current[event.key]?.(event);
    };
    document.addEventListener("keydown", handle);
    return () => document.removeEventListener("keydown", handle);
  }, [enabled]);
}
