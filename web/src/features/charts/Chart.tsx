import { useEffect, useRef, useState } from "react";
import { usePreferences } from "@/app/preferences.tsx";
import type { EChartsCoreOption, EChartsType } from "./engine.ts";

interface ChartProps {
  option: EChartsCoreOption;
  height: number;
  label: string;
  /** The name and series of the mark that was clicked. */
  onPick?: (mark: { name: string; series: string; index: number }) => void;
}

/** A picture of figures; the page offers the same figures as a table. */
export function Chart({ option, height, label, onPick }: ChartProps) {
  const { mode } = usePreferences();
  const box = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType | null>(null);
  const pick = useRef(onPick);
  pick.current = onPick;

  useEffect(() => {
    let made: EChartsType | undefined;
    let gone = false;
    let watch: ResizeObserver | undefined;
    void import("./engine.ts").then(({ init }) => {
      if (gone || !box.current) return;
      made = init(box.current);
      made.on("click", (event) =>
        pick.current?.({
          name: event.name,
          series: event.seriesName ?? "",
          index: event.dataIndex,
        }),
      );
      watch = new ResizeObserver(() => made?.resize());
      watch.observe(box.current);
      setChart(made);
    });
    return () => {
      gone = true;
      watch?.disconnect();
      made?.dispose();
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read from the theme
  useEffect(() => {
    chart?.setOption(option, true);
  }, [chart, option, mode]);

  return <div ref={box} role="img" aria-label={label} style={{ height, width: "100%" }} />;
}
