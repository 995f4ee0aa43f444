import { linearAxis, timeAxis } from "./axis.ts";
import { html, type Markup } from "./markup.ts";
import type { ProgressPoint } from "./progress-series.ts";
import { durationText } from "./units.ts";

export interface LineSeries {
  readonly label: string;
  /** CSS class that sets `color`. */
  readonly colorClass: string;
  readonly points: readonly ProgressPoint[];
}

export interface LineChart {
  readonly title: string;
  readonly subtitle: string;
  readonly durationMs: number;
  readonly series: readonly LineSeries[];
  readonly valueText: (value: number) => string;
}

const width = 420;
const height = 220;
const plot = { left: 54, right: width - 14, top: 10, bottom: height - 26 };

/** One value over time, a line for each series, with the values as hover text. */
export function lineChart({ title, subtitle, durationMs, series, valueText }: LineChart): Markup {
  const largest = Math.max(0, ...series.flatMap(({ points }) => points.map(({ value }) => value)));
  const x = timeAxis(durationMs, [plot.left, plot.right]);
  const y = linearAxis(largest, [plot.bottom, plot.top]);
  const drawn = series.filter(({ points }) => points.some(({ value }) => value > 0));
  return html`<figure class="chart">
<figcaption><b>${title}</b> <span>${subtitle}</span></figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title} ${subtitle}">
${y.ticks.map(
  (tick) => html`<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y.at(tick)}" y2="${y.at(tick)}"/>
<text class="tick" x="${plot.left - 8}" y="${y.at(tick) + 3.5}" text-anchor="end">${valueText(tick)}</text>`,
)}
${x.ticks.map(
  (tick) =>
    html`<text class="tick" x="${x.at(tick)}" y="${height - 8}" text-anchor="${tick === 0 ? "start" : x.at(tick) > plot.right - 16 ? "end" : "middle"}">${tick === 0 ? "0" : durationText(tick)}</text>`,
)}
${drawn.map(({ label, colorClass, points }) => {
  const at = points.map(({ elapsedMs, value }) => `${x.at(elapsedMs)},${y.at(value)}`);
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return null;
  const area = `M${x.at(first.elapsedMs)},${plot.bottom} L${at.join(" ")} L${x.at(last.elapsedMs)},${plot.bottom}Z`;
  return html`<g class="${colorClass}">
<path class="area" d="${area}"/><polyline class="line" points="${at.join(" ")}"/><circle class="end" cx="${x.at(last.elapsedMs)}" cy="${y.at(last.value)}" r="3"/>
${hoverPoints(points).map(
  ({ elapsedMs, value }) =>
    html`<circle class="hover" cx="${x.at(elapsedMs)}" cy="${y.at(value)}" r="4.5"><title>${label}: ${valueText(value)} after ${durationText(elapsedMs)}</title></circle>`,
)}
</g>`;
})}
${drawn.length === 0 ? html`<text class="empty" x="${(plot.left + plot.right) / 2}" y="${height / 2}" text-anchor="middle">nothing was moved</text>` : null}
</svg>
</figure>`;
}

function hoverPoints(points: readonly ProgressPoint[]): readonly ProgressPoint[] {
  const every = Math.ceil(points.length / 60);
  return points.filter((_, index) => index % every === 0 || index === points.length - 1);
}
