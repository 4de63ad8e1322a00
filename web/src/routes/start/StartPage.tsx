import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Select } from "antd";
import { type ReactNode, useMemo } from "react";
import type { Overview } from "@/api/types.ts";
import { usePreferences } from "@/app/preferences.tsx";
import { useSession } from "@/data/session.ts";
import { overviewQuery } from "@/data/stats.ts";
import { Chart } from "@/features/charts/Chart.tsx";
import * as options from "@/features/charts/options.ts";
import { Panel } from "@/features/charts/Panel.tsx";
import { palette } from "@/features/charts/style.ts";
import { day, percent } from "@/i18n/format.ts";
import { useLanguage, useTexts } from "@/i18n/index.tsx";
import { useTitle } from "@/lib/hooks.ts";
import { Empty, Failure, Skeleton } from "@/ui/states.tsx";
import styles from "./StartPage.module.css";
import * as where from "./where.ts";

const HEIGHT = 240;

export function StartPage() {
  const texts = useTexts();
  const { days = 14 } = useSearch({ from: "/app/" });
  const navigate = useNavigate({ from: "/" });
  const { user } = useSession();
  const { data, error, refetch } = useQuery(overviewQuery(days));
  useTitle(`${texts.start.title} · ${texts.common.product}`);
  return (
    <div className={styles.page}>
      <div className={styles.top}>
        <h1>{texts.start.greeting(user.name)}</h1>
        <Select
          aria-label={texts.start.day}
          value={days}
          onChange={(next) => navigate({ search: { days: next } })}
          options={[7, 14, 30, 90].map((value) => ({ value, label: texts.start.period(value) }))}
        />
      </div>
      {error && <Failure error={error} onRetry={() => refetch()} />}
      {!data && !error && <Skeleton lines={8} />}
      {data && isEmpty(data) && (
        <Empty icon="chart" title={texts.start.nothing} hint={texts.start.nothingHint} />
      )}
      {data && !isEmpty(data) && <Figures overview={data} />}
    </div>
  );
}

const isEmpty = (overview: Overview) =>
  overview.open_by_status.every(({ count }) => count === 0) &&
  overview.created_closed.every(({ created }) => created === 0);

function Figures({ overview }: { overview: Overview }) {
  const texts = useTexts();
  const language = useLanguage();
  const navigate = useNavigate();
  const { mode } = usePreferences();
  const { start } = texts;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours follow the theme
  const words = useMemo(() => ({ texts, language, colours: palette() }), [texts, language, mode]);
  const charts = useMemo(
    () => ({
      status: options.openByStatus(overview, words),
      rate: options.slaRate(overview, words),
      load: options.loadByEngineer(overview, words),
      flow: options.createdClosed(overview, words),
    }),
    [overview, words],
  );
  const go = (filter: unknown) =>
    void navigate({ to: "/tickets", search: { view: "all", filter } });
  const link = (filter: unknown, what: string, children: ReactNode) => (
    <Link to="/tickets" search={{ view: "all", filter }} aria-label={start.show(what)}>
      {children}
    </Link>
  );
  const statuses = options.openStatuses(overview);
  const people = overview.load_by_engineer;
  const dayName = (date: string) => day(`${date}T00:00:00`, language);

  return (
    <>
      <Totals overview={overview} />
      <div className={styles.grid}>
        <Panel
          title={start.openByStatus}
          chart={
            <Chart
              option={charts.status}
              height={HEIGHT}
              label={start.openByStatus}
              onPick={({ index }) => {
                const found = [...statuses].reverse()[index];
                if (found) go(where.status(found.status));
              }}
            />
          }
          columns={[start.statusColumn, start.countColumn]}
          rows={statuses.map(({ status, count }) => {
            const name = texts.common.status[status] ?? status;
            return { key: status, cells: [link(where.status(status), name, name), count] };
          })}
        />
        <Panel
          title={start.slaRate}
          chart={
            overview.sla_rate.every(({ met, breached }) => met + breached === 0) ? (
              <Empty icon="clock" title={start.nothing} />
            ) : (
              <Chart
                option={charts.rate}
                height={HEIGHT}
                label={start.slaRate}
                onPick={({ index }) => {
                  const found = overview.sla_rate[index];
                  if (found) go(where.createdOn(found.day));
                }}
              />
            )
          }
          columns={[start.day, start.onTime, start.late, start.rate]}
          rows={overview.sla_rate.map(({ day: date, met, breached }) => ({
            key: date,
            cells: [
              link(where.createdOn(date), dayName(date), dayName(date)),
              met,
              breached,
              met + breached > 0 ? percent(met / (met + breached)) : "–",
            ],
          }))}
        />
        <Panel
          title={start.load}
          chart={
            <Chart
              option={charts.load}
              height={HEIGHT}
              label={start.load}
              onPick={({ index, series }) => {
                const found = people.slice(0, options.LOAD_SHOWN).reverse()[index];
                if (found) go(where.owner(found.person.id, series === start.overdue));
              }}
            />
          }
          columns={[start.person, start.open, start.overdue]}
          rows={people.map(({ person, open, overdue }) => ({
            key: person.id,
            cells: [link(where.owner(person.id, false), person.name, person.name), open, overdue],
          }))}
        />
        <Panel
          title={start.createdClosed}
          chart={
            <Chart
              option={charts.flow}
              height={HEIGHT}
              label={start.createdClosed}
              onPick={({ index, series }) => {
                const found = overview.created_closed[index];
                if (found)
                  go(
                    series === start.closedSeries
                      ? where.closedOn(found.day)
                      : where.createdOn(found.day),
                  );
              }}
            />
          }
          columns={[start.day, start.created, start.closedSeries]}
          rows={overview.created_closed.map(({ day: date, created, closed }) => ({
            key: date,
            cells: [
              dayName(date),
              link(where.createdOn(date), `${dayName(date)} ${start.created}`, created),
              link(where.closedOn(date), `${dayName(date)} ${start.closedSeries}`, closed),
            ],
          }))}
        />
      </div>
    </>
  );
}

function Totals({ overview }: { overview: Overview }) {
  const { start } = useTexts();
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const open = sum(
    overview.open_by_status
      .filter(({ status }) => ["new", "open", "waiting"].includes(status))
      .map(({ count }) => count),
  );
  const met = sum(overview.sla_rate.map((each) => each.met));
  const breached = sum(overview.sla_rate.map((each) => each.breached));
  const today = overview.created_closed.at(-1);
  const figures: [string, ReactNode, unknown, boolean?][] = [
    [start.openTotal, open, where.active()],
    [
      start.overdueTotal,
      sum(overview.load_by_engineer.map((each) => each.overdue)),
      where.overdue(),
      true,
    ],
    [start.rateTotal, met + breached > 0 ? percent(met / (met + breached)) : "–", undefined],
    [start.createdToday, today?.created ?? 0, today && where.createdOn(today.day)],
    [start.closedToday, today?.closed ?? 0, today && where.closedOn(today.day)],
  ];
  return (
    <dl className={styles.totals}>
      {figures.map(([label, value, filter, alarm]) => (
        <div key={label} className={styles.total}>
          <dt>{label}</dt>
          <dd data-alarm={(alarm && value !== 0) || undefined}>
            {filter ? (
              <Link
                to="/tickets"
                search={{ view: "all", filter }}
                aria-label={`${start.show(label)} ${String(value)}`}
              >
                {value}
              </Link>
            ) : (
              value
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
