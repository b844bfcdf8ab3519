// Draws each .chart of the page from the data beside it. The table under a chart comes from the server and is the same
// figures: the chart adds a picture and nothing else.
import * as echarts from "echarts/core";
import { BarChart, HeatmapChart, LineChart, TreemapChart } from "echarts/charts";
import { AriaComponent, DataZoomComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";
import type { EChartsCoreOption } from "echarts/core";

echarts.use([BarChart, HeatmapChart, LineChart, TreemapChart, AriaComponent, DataZoomComponent, GridComponent, LegendComponent,
  TooltipComponent, VisualMapComponent, CanvasRenderer]);

// Spec is what the server writes (page.Chart). A null value is a gap: there is no figure, which is not 0.
interface Spec {
  kind: "line" | "bar" | "stack" | "rank" | "heat" | "treemap";
  title: string;
  unit: string;
  x: string[];
  y?: string[];
  series: { name: string; data: (number | null)[] }[];
  zoom?: boolean;
}

const drawn: echarts.ECharts[] = [];

for (const figure of document.querySelectorAll<HTMLElement>("figure.chart")) draw(figure);

window.addEventListener("resize", fit);
window.addEventListener("beforeprint", fit);
window.addEventListener("afterprint", fit);

function fit(): void {
  for (const c of drawn) c.resize({ animation: { duration: 0 } });
}

function draw(figure: HTMLElement): void {
  const data = figure.querySelector("script[type='application/json']");
  const place = figure.querySelector<HTMLElement>(".chart-canvas");
  if (!data?.textContent || !place) return;
  const spec = JSON.parse(data.textContent) as Spec;
  place.hidden = false;
  const chart = echarts.init(place, null, { renderer: "canvas" });
  chart.setOption(optionOf(spec));
  drawn.push(chart);
  figure.dataset["ready"] = "1";
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--jz-${name}`).trim();
}

function optionOf(s: Spec): EChartsCoreOption {
  const soft = colour("soft");
  const text = { color: soft, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
  const axis = { axisLabel: text, axisLine: { lineStyle: { color: colour("line-strong") } }, splitLine: { lineStyle: { color: colour("line") } } };
  const common: EChartsCoreOption = {
    color: ["accent", "orange", "teal", "purple", "green", "red", "grey"].map(colour),
    animation: false,
    aria: { enabled: true, decal: { show: s.series.length > 1 && s.kind !== "line" } },
    textStyle: text,
    // The HTML tooltip would need style attributes, which the policy of the pages forbids.
    tooltip: { renderMode: "richText", trigger: s.kind === "line" || s.kind === "bar" || s.kind === "stack" ? "axis" : "item", confine: true,
      backgroundColor: colour("raised"), borderColor: colour("line-strong"), textStyle: { ...text, color: colour("ink") } },
  };
  if (s.kind === "treemap") return { ...common, series: [treemap(s)] };
  if (s.kind === "heat") return { ...common, ...heat(s, axis, text) };
  return { ...common, ...plot(s, axis, text) };
}

function plot(s: Spec, axis: object, text: object): EChartsCoreOption {
  const category = { type: "category", data: s.x, ...axis, splitLine: { show: false }, axisTick: { show: false } };
  const figures = { type: "value", scale: s.kind === "line", ...axis, axisLine: { show: false } };
  const across = s.kind === "rank";
  return {
    grid: { left: 8, right: 16, top: s.series.length > 1 ? 36 : 12, bottom: s.zoom ? 48 : 8, containLabel: true },
    ...(s.series.length > 1 ? { legend: { top: 0, left: 0, textStyle: text, itemWidth: 18, itemHeight: 8 } } : {}),
    ...(s.zoom ? { dataZoom: [{ type: "slider", height: 20, bottom: 8, textStyle: text }] } : {}),
    xAxis: across ? figures : category,
    yAxis: across ? { ...category, inverse: true } : figures,
    series: s.series.map((one, i) => ({
      name: one.name,
      type: s.kind === "line" ? "line" : "bar",
      data: one.data,
      ...(s.kind === "stack" ? { stack: "all" } : {}),
      showSymbol: s.x.length < 40,
      symbolSize: 5,
      symbol: ["circle", "rect", "triangle", "diamond"][i % 4],
      connectNulls: false,
      lineStyle: { width: 2, type: (["solid", "dashed", "dotted"] as const)[i % 3] },
      barMaxWidth: 24,
    })),
  };
}

function heat(s: Spec, axis: object, text: object): EChartsCoreOption {
  const cells = s.series.flatMap((row, y) => row.data.map((v, x) => [x, y, v ?? "-"] as const));
  const most = Math.max(1, ...s.series.flatMap((r) => r.data.map((v) => v ?? 0)));
  return {
    grid: { left: 8, right: 8, top: 8, bottom: 40, containLabel: true },
    xAxis: { type: "category", data: s.x, ...axis, splitLine: { show: false } },
    yAxis: { type: "category", data: s.y ?? s.series.map((r) => r.name), inverse: true, ...axis, splitLine: { show: false } },
    visualMap: { min: 0, max: most, orient: "horizontal", left: 0, bottom: 0, itemHeight: 120, itemWidth: 12, textStyle: text,
      inRange: { color: [colour("grey-wash"), colour("accent")] } },
    series: [{ type: "heatmap", data: cells }],
  };
}

function treemap(s: Spec): object {
  const data = s.x.map((name, i) => ({ name, value: s.series[0]?.data[i] ?? 0 }));
  return { type: "treemap", data, roam: false, nodeClick: false, breadcrumb: { show: false }, label: { fontSize: 12 }, itemStyle: { borderColor: colour("paper") } };
}
