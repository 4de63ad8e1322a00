import { dictionaries, type Language } from "./index.tsx";
import { spaced } from "./spacing.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (n: number) => String(n).padStart(2, "0");

/** 11月22日 09:30, with the year when it is another one. */
export function dateTime(at: string | number | Date, language: Language, now = new Date()): string {
  const date = new Date(at);
  return `${day(date, language, now)} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** 11月22日 or 22 Nov. */
export function day(at: string | number | Date, language: Language, now = new Date()): string {
  const date = new Date(at);
  const sameYear = date.getFullYear() === now.getFullYear();
  if (language === "zh") {
    const year = sameYear ? "" : `${date.getFullYear()}年`;
    return `${year}${date.getMonth() + 1}月${date.getDate()}日`;
  }
  const options: Intl.DateTimeFormatOptions = { day: "numeric", month: "short" };
  if (!sameYear) options.year = "numeric";
  return new Intl.DateTimeFormat("en-GB", options).format(date);
}

/** 09:30. */
export function clock(at: string | number | Date): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** 5 分钟前 when under a day, the date otherwise. */
export function moment(at: string, language: Language, now: number): string {
  const age = now - new Date(at).getTime();
  // What just came may be a little ahead of a page whose clock moves by the minute.
  if (age < -MINUTE || age >= DAY) return dateTime(at, language, new Date(now));
  if (age < MINUTE) return language === "zh" ? "刚刚" : "just now";
  if (age < HOUR) {
    const minutes = Math.floor(age / MINUTE);
    return language === "zh" ? spaced(`${minutes} 分钟前`) : `${minutes} min ago`;
  }
  const hours = Math.floor(age / HOUR);
  return language === "zh" ? spaced(`${hours} 小时前`) : `${hours} h ago`;
}

/** 2 小时 10 分: the two largest units, never seconds. */
export function duration(ms: number, language: Language): string {
  const { sla } = dictionaries[language];
  const total = Math.floor(Math.abs(ms) / MINUTE);
  if (total < 1) return spaced(sla.underMinute);
  const days = Math.floor(total / 1440);
  const hours = Math.floor((total % 1440) / 60);
  const minutes = total % 60;
  const parts = [
    [days, sla.day],
    [hours, sla.hour],
    [minutes, sla.minute],
  ] as const;
  const first = parts.findIndex(([n]) => n > 0);
  const shown = parts.slice(first, first + 2).filter(([n]) => n > 0);
  return spaced(shown.map(([n, unit]) => `${n} ${unit}`).join(" "));
}

export function percent(p: number): string {
  return `${Math.round(p * 100)}%`;
}

export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** 12,345.60 from a decimal string, without going through floating point. */
export function decimal(text: string | number, scale?: number): string {
  const [whole = "0", fraction = ""] = String(text).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const digits = scale === undefined ? fraction : fraction.padEnd(scale, "0").slice(0, scale);
  return digits ? `${grouped}.${digits}` : grouped;
}
