// Typed looks into a row, dates and durations: the twin of crates/lang/src/{read,civil,decimal}.rs.
// Whatever has another type reads as missing (undefined).

export interface FieldType {
  type: string;
  scale?: number;
  to?: string;
  options?: (string | { value: string; label: string })[];
  fields?: Types;
}
export type Types = Record<string, FieldType>;
export type Row = Record<string, unknown>;

/** The constants of one evaluation; the caller resolves the tenant's zone to an offset. */
export interface Env {
  now_ms: number;
  offset_minutes: number;
  me?: string | null;
  actor?: string | null;
  org?: string | null;
  orgs_below?: string[];
  roles?: string[];
  org_paths?: Record<string, string>;
}

const MAX_STORED = 999_999_999_999_999;
const DAY = 86_400_000;

export const isRow = (value: unknown): value is Row =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function lookup(row: unknown, path: readonly string[]): unknown {
  let value = row;
  for (const part of path) {
    if (!isRow(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

export const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  (Array.isArray(value) && value.length === 0);

export const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** A number as an integer scaled by `scale` digits. */
export function scaled(value: unknown, scale: number): number | undefined {
  if (typeof value === "number") {
    const factor = 10 ** scale;
    const units = Math.round(value * factor);
    return Math.abs(units) <= MAX_STORED && units / factor === value ? units || 0 : undefined;
  }
  const match = typeof value === "string" ? /^(-?)([0-9]+)(?:\.([0-9]+))?$/.exec(value) : null;
  if (!match) return undefined;
  const [, sign, whole = "", decimals = ""] = match;
  if (/[^0]/.test(decimals.slice(scale))) return undefined;
  const digits = (whole + decimals.slice(0, scale).padEnd(scale, "0")).replace(/^0+/, "");
  if (digits.length > 15) return undefined;
  const units = Number(digits || "0");
  return sign && units ? -units : units;
}

/** Writes a scaled integer with exactly `scale` decimals. */
export function formatScaled(units: bigint | number, scale: number): string {
  const negative = units < 0;
  const digits = (negative ? -units : units).toString().padStart(scale + 1, "0");
  const at = digits.length - scale;
  return `${negative ? "-" : ""}${digits.slice(0, at)}${scale > 0 ? `.${digits.slice(at)}` : ""}`;
}

/** A date as a sortable number: 2026-02-13 is 20260213. */
export function date(value: unknown): number | undefined {
  const match = typeof value === "string" ? /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(value) : null;
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  return year * 10_000 + month * 100 + day;
}

const INSTANT =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))$/;

/** An instant in UTC milliseconds. */
export function instant(value: unknown): number | undefined {
  const match = typeof value === "string" ? INSTANT.exec(value) : null;
  const day = date(match?.[1]);
  if (!match || day === undefined) return undefined;
  const [hour, minute, second] = [Number(match[2]), Number(match[3]), Number(match[4])];
  const [zoneHour, zoneMinute] = [Number(match[7] ?? 0), Number(match[8] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59 || zoneHour > 23 || zoneMinute > 59) return undefined;
  const offset = (zoneHour * 60 + zoneMinute) * (match[6] === "-" ? -1 : 1);
  const millis = Number((match[5] ?? "").slice(0, 3).padEnd(3, "0"));
  return days(day) * DAY + ((hour * 60 + minute - offset) * 60 + second) * 1000 + millis;
}

export const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => text(item) !== undefined) : [];

export const rows = (value: unknown): Row[] => (Array.isArray(value) ? value.filter(isRow) : []);

/** Whether two JSON values are equal, whatever the order of keys. */
export function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, at) => same(item, b[at]));
  }
  if (isRow(a) && isRow(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]))
    );
  }
  return a === b;
}

/** Days since 1970-01-01 of a date number; a day that the month lacks runs over into the next month. */
export function days(number: number): number {
  const [month, day] = [Math.floor(number / 100) % 100, number % 100];
  const year = Math.floor(number / 10_000) - (month <= 2 ? 1 : 0);
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leaps = Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400);
  return 365 * year + leaps + dayOfYear - 719_468;
}

/** The date number of a count of days. */
export function fromDays(count: number): number {
  const shifted = count + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const cut = Math.floor(ofEra / 1_460) - Math.floor(ofEra / 36_524) + Math.floor(ofEra / 146_096);
  const yearOfEra = Math.floor((ofEra - cut) / 365);
  const dayOfYear =
    ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const index = Math.floor((5 * dayOfYear + 2) / 153);
  const month = index < 10 ? index + 3 : index - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return year * 10_000 + month * 100 + (dayOfYear - Math.floor((153 * index + 2) / 5) + 1);
}

export const localDay = (millis: number, offset: number): number =>
  fromDays(Math.floor((millis + offset * 60_000) / DAY));

export const dayStart = (number: number, offset: number): number =>
  days(number) * DAY - offset * 60_000;

export function formatDate(number: number): string {
  const digits = String(number).padStart(8, "0");
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
}

export function formatInstant(millis: number): string {
  const count = Math.floor(millis / DAY);
  const time = millis - count * DAY;
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const clock = `${two(time / 3_600_000)}:${two((time / 60_000) % 60)}:${two((time / 1000) % 60)}`;
  return `${formatDate(fromDays(count))}T${clock}.${String(time % 1000).padStart(3, "0")}Z`;
}

export interface Duration {
  months: number;
  days: number;
  millis: number;
}

export function duration(written: string): Duration | undefined {
  const part = "([0-9]{1,9})";
  const pattern = `^P(?:${part}Y)?(?:${part}M)?(?:${part}W)?(?:${part}D)?(T(?:${part}H)?(?:${part}M)?(?:${part}S)?)?$`;
  const match = new RegExp(pattern).exec(written);
  if (!match || written === "P" || match[5] === "T") return undefined;
  const at = (index: number) => Number(match[index] ?? 0);
  return {
    months: at(1) * 12 + at(2),
    days: at(3) * 7 + at(4),
    millis: at(6) * 3_600_000 + at(7) * 60_000 + at(8) * 1000,
  };
}

/** A date moved by a duration: months first, keeping inside the month, then days. */
export function shiftDate(number: number, by: Duration, sign: number): number {
  const index =
    Math.floor(number / 10_000) * 12 + (Math.floor(number / 100) % 100) - 1 + sign * by.months;
  const month = Math.floor(index / 12) * 10_000 + (((index % 12) + 12) % 12) * 100 + 100;
  let moved = month + (number % 100);
  while (fromDays(days(moved)) !== moved) moved -= 1;
  const shifted = fromDays(days(moved) + sign * by.days);
  return Math.min(Math.max(shifted, 10_101), 99_991_231);
}

export function shiftInstant(millis: number, offset: number, by: Duration, sign: number): number {
  const local = millis + offset * 60_000;
  const count = Math.floor(local / DAY);
  const moved = shiftDate(fromDays(count), by, sign);
  return dayStart(moved, offset) + (local - count * DAY) + sign * by.millis;
}

export interface Resolved {
  outer: boolean;
  path: string[];
  type: FieldType;
}

/** What a written path means: a field of this row, or with `form.` or `ticket.` one of the outer row, if there is one. */
export function resolve(written: string, types: Types, outer?: Types): Resolved | undefined {
  const own = Object.hasOwn(types, written) ? types[written] : undefined;
  if (own) return { outer: false, path: written.split("."), type: own };
  const bare = /^(?:form|ticket)\.(.+)$/.exec(written)?.[1];
  const place = outer ?? types;
  const type = bare !== undefined && Object.hasOwn(place, bare) ? place[bare] : undefined;
  return type && bare !== undefined
    ? { outer: outer !== undefined, path: bare.split("."), type }
    : undefined;
}
