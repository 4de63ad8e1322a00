import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import * as core from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

core.use([BarChart, LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

export type { EChartsCoreOption, EChartsType } from "echarts/core";

export function init(node: HTMLElement): core.EChartsType {
  return core.init(node, null, { renderer: "canvas" });
}
