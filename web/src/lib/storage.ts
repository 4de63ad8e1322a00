/** Local storage that may be blocked or full: reading then gives nothing, writing does nothing. */
export function readStored<T>(key: string): T | null {
  try {
    const text = localStorage.getItem(`gongdan.${key}`);
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}

export function store(key: string, value: unknown): void {
  try {
    localStorage.setItem(`gongdan.${key}`, JSON.stringify(value));
  } catch {
    // A full or blocked storage costs comfort, not work.
  }
}

export function forget(key: string): void {
  try {
    localStorage.removeItem(`gongdan.${key}`);
  } catch {
    // As above.
  }
}
