// Values of formulas: how they show, compare and turn round. Undefined is a missing value.

import { compare, type Decimal } from "./decimal.ts";
import type { Env } from "./read.ts";
import * as read from "./read.ts";

export type Value =
  | Decimal
  | { text: string }
  | { truth: boolean }
  | { date: number }
  | { instant: number }
  | undefined;

export const wrap = (key: "date" | "instant", number: number | undefined): Value =>
  number === undefined ? undefined : key === "date" ? { date: number } : { instant: number };
export const negate = (value: Value): Value =>
  value && "units" in value ? { units: -value.units, scale: value.scale } : undefined;

export function day(value: Value, env: Env): number | undefined {
  if (value && "date" in value) return read.days(value.date);
  return value && "instant" in value
    ? read.days(read.localDay(value.instant, env.offset_minutes))
    : undefined;
}

export function show(value: Value): string {
  if (value === undefined) return "";
  if ("units" in value) return read.formatScaled(value.units, value.scale);
  if ("text" in value) return value.text;
  if ("date" in value) return read.formatDate(value.date);
  return "instant" in value ? read.formatInstant(value.instant) : String(value.truth);
}

export function order(a: Value, b: Value): number | undefined {
  if (a === undefined || b === undefined) return undefined;
  if ("units" in a && "units" in b) return compare(a, b);
  const plain = (value: Exclude<Value, undefined>) =>
    "date" in value
      ? value.date
      : "instant" in value
        ? value.instant
        : "truth" in value
          ? Number(value.truth)
          : show(value);
  const [left, right] = [plain(a), plain(b)];
  if (left === "" || right === "") return undefined;
  return left < right ? -1 : left > right ? 1 : 0;
}

export function holds(operator: string, side: number | undefined): boolean {
  if (operator === "≠") return side !== 0;
  if (side === undefined) return false;
  return { "=": side === 0, "<": side < 0, "≤": side <= 0, ">": side > 0 }[operator] ?? side >= 0;
}
