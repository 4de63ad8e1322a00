import type { Explanation } from "@/api/types.ts";
import { decimal } from "@/i18n/format.ts";
import { type Language, pick, type ServerText } from "@/i18n/index.tsx";
import { spaced } from "@/i18n/spacing.ts";

type Params = Record<string, unknown>;
type Words = (
  params: Params,
  show: (value: unknown) => string,
) => { zh: string; en: string } | null;

const number = (value: unknown) => (typeof value === "number" ? value : 0);

/** What counted for somebody. A measure without facts behind it says nothing, so it is left out. */
const COUNTED: Record<string, Words> = {
  speed: ({ hours, n }, show) =>
    hours === null || !number(n)
      ? null
      : { zh: `同类平均 ${show(hours)} 小时`, en: `${show(hours)} h on average for this kind` },
  distance: ({ metres }, show) =>
    typeof metres === "number"
      ? { zh: `距离 ${show(metres / 1000)} 公里`, en: `${show(metres / 1000)} km away` }
      : null,
  load: ({ load, capacity }, show) => ({
    zh: `在手 ${show(load)} 张，可接 ${show(capacity)} 张`,
    en: `${show(load)} of ${show(capacity)} open`,
  }),
  fairness: ({ recent }, show) => ({
    zh: `近期派单 ${show(recent)} 张`,
    en: `${show(recent)} given lately`,
  }),
  fit: ({ urgent, surplus }) =>
    urgent && number(surplus) > 0
      ? { zh: "急件，技能等级高", en: "Urgent, and highly skilled" }
      : null,
  preference: ({ preferred, asked, vip }) =>
    preferred || asked
      ? { zh: "客户指名", en: "Asked for" }
      : vip
        ? { zh: "重要客户", en: "Important customer" }
        : null,
  wait: ({ minutes }, show) =>
    number(minutes) > 0
      ? { zh: `${show(minutes)} 分钟后可开始`, en: `Free in ${show(minutes)} min` }
      : { zh: "现在有空", en: "Free now" },
};

/** What left somebody out. */
const LIMITS: Record<string, Words> = {
  inactive: () => ({ zh: "已停用", en: "Not active" }),
  refused: () => ({ zh: "客户不希望此人上门", en: "Refused by the customer" }),
  skill_missing: ({ skill }, show) => ({
    zh: `没有技能：${show(skill)}`,
    en: `Lacks the skill: ${show(skill)}`,
  }),
  skill_level: ({ skill, need, have }, show) => ({
    zh: `${show(skill)} 等级 ${show(have)}，需要 ${show(need)}`,
    en: `${show(skill)} level ${show(have)}, needs ${show(need)}`,
  }),
  certificate_missing: ({ certificate }, show) => ({
    zh: `没有证书：${show(certificate)}`,
    en: `Lacks the certificate: ${show(certificate)}`,
  }),
  certificate_expired: ({ certificate }, show) => ({
    zh: `证书已过期：${show(certificate)}`,
    en: `Certificate expired: ${show(certificate)}`,
  }),
  zone: ({ zone }, show) => ({ zh: `不负责 ${show(zone)}`, en: `Does not serve ${show(zone)}` }),
  org: () => ({ zh: "不负责该部门", en: "Does not serve this unit" }),
  absent: ({ reason }, show) =>
    reason
      ? { zh: `不在：${show(reason)}`, en: `Away: ${show(reason)}` }
      : { zh: "不在", en: "Away" },
  outside_hours: () => ({ zh: "不在班或班内时间不够", en: "Off duty, or too little time left" }),
  capacity: ({ load, capacity }, show) => ({
    zh: `已满（${show(load)}/${show(capacity)}）`,
    en: `Full (${show(load)} of ${show(capacity)})`,
  }),
};

/** One reason in words, or nothing. `labels` names skills and zones where the form knows them. */
export function reasonWords(
  { code, params }: Explanation,
  language: Language,
  labels: Record<string, string> = {},
): string {
  const show = (value: unknown): string => {
    if (typeof value === "number") return decimal(Math.round(value * 10) / 10);
    if (Array.isArray(value)) return value.map(show).join("、");
    if (typeof value === "string") return labels[value] ?? value;
    return pick(value as ServerText, language);
  };
  const words = COUNTED[code] ?? LIMITS[code];
  if (!words) return code.replaceAll("_", " ");
  const found = words(params ?? {}, show);
  if (!found) return "";
  return language === "zh" ? spaced(found.zh) : found.en;
}

/** All reasons of somebody in one line. */
export function reasonLine(
  reasons: Explanation[],
  language: Language,
  labels: Record<string, string>,
): string {
  return reasons
    .map((reason) => reasonWords(reason, language, labels))
    .filter(Boolean)
    .join(" · ");
}
