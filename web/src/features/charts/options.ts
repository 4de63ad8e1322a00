import type { Overview, Status } from "@/api/types.ts";
import { day } from "@/i18n/format.ts";
import type { Dictionary, Language } from "@/i18n/index.tsx";
import { baseOption, type Palette } from "./style.ts";

type Words = { texts: Dictionary; language: Language; colours: Palette };

export const OPEN: Status[] = ["new", "open", "waiting", "solved"];

/** The statuses of open work, in the order of a ticket's life. */
export function openStatuses(overview: Overview): Overview["open_by_status"] {
  return OPEN.flatMap((status) => overview.open_by_status.filter((each) => each.status === status));
}

const shortDay = (date: string, language: Language) => day(`${date}T00:00:00`, language);

export function openByStatus(overview: Overview, { texts, colours }: Words) {
  const base = baseOption(colours);
  const rows = openStatuses(overview).reverse();
  return {
    ...base,
    tooltip: { ...base.tooltip, trigger: "item" as const },
    grid: { left: 4, right: 48, top: 4, bottom: 4, containLabel: true },
    xAxis: { type: "value" as const, show: false },
    yAxis: {
      ...base.axis,
      type: "category" as const,
      axisLine: { show: false },
      axisLabel: { ...base.axis.axisLabel, color: colours.text, fontSize: 13 },
      data: rows.map(({ status }) => texts.common.status[status] ?? status),
    },
    series: [
      {
        type: "bar" as const,
        barMaxWidth: 22,
        cursor: "pointer",
        label: {
          show: true,
          position: "right" as const,
          color: colours.text,
          fontFamily: colours.font,
        },
        data: rows.map(({ status, count }) => ({
          value: count,
          itemStyle: { color: colours.status[status], borderRadius: 3 },
        })),
      },
    ],
  };
}

export function slaRate(overview: Overview, { texts, language, colours }: Words) {
  const base = baseOption(colours);
  return {
    ...base,
    grid: { left: 4, right: 12, top: 12, bottom: 4, containLabel: true },
    xAxis: {
      ...base.axis,
      type: "category" as const,
      data: overview.sla_rate.map(({ day: d }) => shortDay(d, language)),
    },
    yAxis: {
      ...base.axis,
      type: "value" as const,
      max: 100,
      interval: 25,
      axisLine: { show: false },
      axisLabel: { ...base.axis.axisLabel, formatter: "{value}%" },
    },
    series: [
      {
        name: texts.start.rate,
        type: "line" as const,
        cursor: "pointer",
        symbolSize: 6,
        connectNulls: true,
        lineStyle: { color: colours.accent, width: 2 },
        itemStyle: { color: colours.accent },
        areaStyle: { color: colours.accent, opacity: 0.08 },
        data: overview.sla_rate.map(({ met, breached }) =>
          met + breached === 0 ? null : Math.round((met / (met + breached)) * 1000) / 10,
        ),
      },
    ],
  };
}

export const LOAD_SHOWN = 10;

export function loadByEngineer(overview: Overview, { texts, colours }: Words) {
  const base = baseOption(colours);
  const rows = overview.load_by_engineer.slice(0, LOAD_SHOWN).reverse();
  const series = (name: string, colour: string, values: number[]) => ({
    name,
    type: "bar" as const,
    stack: "load",
    barMaxWidth: 16,
    cursor: "pointer",
    itemStyle: { color: colour, borderColor: colours.surface, borderWidth: 0.5 },
    data: values,
  });
  return {
    ...base,
    tooltip: { ...base.tooltip, axisPointer: { type: "none" as const } },
    grid: { left: 4, right: 12, top: 4, bottom: 4, containLabel: true },
    xAxis: { ...base.axis, type: "value" as const, minInterval: 1 },
    yAxis: {
      ...base.axis,
      type: "category" as const,
      axisLine: { show: false },
      axisLabel: { ...base.axis.axisLabel, color: colours.text },
      data: rows.map(({ person }) => person.name),
    },
    series: [
      series(
        texts.start.open,
        colours.accent,
        rows.map(({ open, overdue }) => open - overdue),
      ),
      series(
        texts.start.overdue,
        colours.overdue,
        rows.map(({ overdue }) => overdue),
      ),
    ],
  };
}

export function createdClosed(overview: Overview, { texts, language, colours }: Words) {
  const base = baseOption(colours);
  const line = (name: string, colour: string, values: number[], dashed: boolean) => ({
    name,
    type: "line" as const,
    cursor: "pointer",
    symbolSize: 6,
    symbol: dashed ? "emptyCircle" : "circle",
    lineStyle: { color: colour, width: 2, type: dashed ? ("dashed" as const) : ("solid" as const) },
    itemStyle: { color: colour },
    // The line says its own name at its end, so no legend is needed.
    endLabel: {
      show: true,
      formatter: "{a}",
      color: colour,
      fontFamily: colours.font,
      fontSize: 12,
    },
    data: values,
  });
  return {
    ...base,
    grid: { left: 4, right: 60, top: 12, bottom: 4, containLabel: true },
    xAxis: {
      ...base.axis,
      type: "category" as const,
      data: overview.created_closed.map(({ day: d }) => shortDay(d, language)),
    },
    yAxis: { ...base.axis, type: "value" as const, minInterval: 1, axisLine: { show: false } },
    series: [
      line(
        texts.start.created,
        colours.accent,
        overview.created_closed.map(({ created }) => created),
        false,
      ),
      line(
        texts.start.closedSeries,
        colours.status.open ?? colours.quiet,
        overview.created_closed.map(({ closed }) => closed),
        true,
      ),
    ],
  };
}
