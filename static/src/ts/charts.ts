// Draws each .chart of the page from the data beside it. The table under a chart comes from the server and is the same
// figures: the chart adds a picture and nothing else.
import * as echarts from "echarts/core";
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, DataZoomComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";
import type { EChartsCoreOption } from "echarts/core";

echarts.use([BarChart, LineChart, AriaComponent, DataZoomComponent, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

// Spec is what the server writes (page.Chart). A null value is a gap: there is no figure, which is not 0.
interface Spec {
  kind: "line" | "bar" | "stack";
  title: string;
  unit: string;
  x: string[];
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
    tooltip: { renderMode: "richText", trigger: "axis", confine: true,
      backgroundColor: colour("raised"), borderColor: colour("line-strong"), textStyle: { ...text, color: colour("ink") } },
  };
  return { ...common, ...plot(s, axis, text) };
}

function plot(s: Spec, axis: object, text: object): EChartsCoreOption {
  const category = { type: "category", data: s.x, ...axis, splitLine: { show: false }, axisTick: { show: false } };
  const figures = { type: "value", scale: s.kind === "line", minInterval: 1, ...axis, axisLine: { show: false } };
  return {
    grid: { left: 8, right: 16, top: s.series.length > 1 ? 36 : 12, bottom: s.zoom ? 48 : 8, containLabel: true },
    ...(s.series.length > 1 ? { legend: { top: 0, left: 0, textStyle: text, itemWidth: 18, itemHeight: 8 } } : {}),
    ...(s.zoom ? { dataZoom: [{ type: "slider", height: 20, bottom: 8, textStyle: text }] } : {}),
    xAxis: category,
    yAxis: figures,
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
