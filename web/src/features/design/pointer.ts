export interface Range {
  from: number;
  to: number;
}

/** Where the value of a JSON pointer stands in the text; the nearest existing parent when it is not there. */
export function locate(text: string, pointer: string): Range {
  const steps = pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  let at = { from: skip(text, 0), to: text.length };
  for (const step of steps) {
    const inner = child(text, at.from, step);
    if (!inner) break;
    at = inner;
  }
  return { from: at.from, to: end(text, at.from) };
}

function skip(text: string, at: number): number {
  let i = at;
  while (i < text.length && /\s/.test(text[i] ?? "")) i += 1;
  return i;
}

/** The end of the value that begins at `at`. */
function end(text: string, at: number): number {
  const first = text[at];
  if (first === '"') return stringEnd(text, at);
  if (first !== "{" && first !== "[") {
    let i = at;
    while (i < text.length && !/[\s,\]}]/.test(text[i] ?? "")) i += 1;
    return i;
  }
  let depth = 0;
  for (let i = at; i < text.length; i += 1) {
    const c = text[i];
    if (c === '"') i = stringEnd(text, i) - 1;
    else if (c === "{" || c === "[") depth += 1;
    else if (c === "}" || c === "]") {
      depth -= 1;
      if (depth === 0) return i + 1;
    }
  }
  return text.length;
}

function stringEnd(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i += 1) {
    if (text[i] === "\\") i += 1;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

function child(text: string, at: number, step: string): Range | null {
  const list = text[at] === "[";
  if (!list && text[at] !== "{") return null;
  let i = skip(text, at + 1);
  for (let index = 0; i < text.length && text[i] !== "}" && text[i] !== "]"; index += 1) {
    let name = String(index);
    if (!list) {
      const close = stringEnd(text, i);
      name = safeParse(text.slice(i, close));
      i = skip(text, skip(text, close) + 1);
    }
    const close = end(text, i);
    if (close <= i) return null;
    if (name === step) return { from: i, to: close };
    i = skip(text, close);
    if (text[i] === ",") i = skip(text, i + 1);
  }
  return null;
}

function safeParse(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return "";
  }
}
