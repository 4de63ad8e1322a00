import type { Explanation } from "@/api/types.ts";
import { decimal } from "@/i18n/format.ts";
import { type Language, pick, type ServerText } from "@/i18n/index.tsx";
import { spaced } from "@/i18n/spacing.ts";

type Template = { zh: string; en: string };

/** Codes of the ranking, each with its sentence; unknown ones show their code rather than nothing. */
const SENTENCES: Record<string, Template> = {
  skill: { zh: "技能匹配 {skill}", en: "Skill {skill}" },
  skill_match: { zh: "技能匹配 {skill}", en: "Skill {skill}" },
  level: { zh: "等级 {level}", en: "Level {level}" },
  speed: { zh: "同类平均 {hours} 小时", en: "{hours} h on average for this kind" },
  handling_time: { zh: "同类平均 {hours} 小时", en: "{hours} h on average for this kind" },
  distance: { zh: "距离 {km} 公里", en: "{km} km away" },
  load: { zh: "在手 {open} 张", en: "{open} open" },
  fairness: { zh: "近期派单较少", en: "Had fewer lately" },
  same_place: { zh: "熟悉该位置", en: "Knows the place" },
  missing_skill: { zh: "缺少技能 {skill}", en: "Lacks the skill {skill}" },
  no_skill: { zh: "缺少技能 {skill}", en: "Lacks the skill {skill}" },
  level_too_low: { zh: "等级不足", en: "Level too low" },
  no_certificate: { zh: "缺少证书 {certificate}", en: "Lacks the certificate {certificate}" },
  missing_certificate: { zh: "缺少证书 {certificate}", en: "Lacks the certificate {certificate}" },
  certificate_expired: { zh: "证书 {certificate} 已过期", en: "Certificate {certificate} expired" },
  outside_zone: { zh: "不在服务区域", en: "Outside the zone" },
  zone: { zh: "不在服务区域", en: "Outside the zone" },
  off_duty: { zh: "不在班", en: "Off duty" },
  outside_hours: { zh: "不在班", en: "Off duty" },
  absent: { zh: "请假", en: "Absent" },
  full: { zh: "已满负荷（{open}/{capacity}）", en: "At capacity ({open}/{capacity})" },
  at_capacity: { zh: "已满负荷（{open}/{capacity}）", en: "At capacity ({open}/{capacity})" },
  capacity: { zh: "已满负荷（{open}/{capacity}）", en: "At capacity ({open}/{capacity})" },
};

/** One reason in words, its numbers rounded to one decimal. */
export function reasonWords({ code, params }: Explanation, language: Language): string {
  const short = code.replace(/^.*\./, "");
  const template = SENTENCES[code] ?? SENTENCES[short];
  if (!template)
    return `${short.replaceAll("_", " ")} ${Object.values(params ?? {})
      .map(show)
      .join(" ")}`.trim();
  const words = template[language].replace(/\{(\w+)\}/g, (_, name: string) => show(params?.[name]));
  return language === "zh" ? spaced(words) : words;

  function show(value: unknown): string {
    if (typeof value === "number") return decimal(Math.round(value * 10) / 10);
    if (Array.isArray(value)) return value.map(show).join("、");
    return pick(value as ServerText, language);
  }
}
