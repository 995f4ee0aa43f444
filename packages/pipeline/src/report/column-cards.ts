import type { ColumnSummary } from "../manifest.ts";
import { round } from "./axis.ts";
import { html, type Markup } from "./markup.ts";
import { countText, groupedText, percentText } from "./units.ts";

type Bucket = NonNullable<ColumnSummary["histogram"]>[number];

/** A card for each landed column: its values' shape, range, sum and how many are NULL. */
export function columnCards(columns: readonly ColumnSummary[]): Markup {
  return html`<div class="cards">${columns.map(columnCard)}</div>`;
}

function columnCard({ name, type, rows, nulls, min, max, sum, sampledRows, histogram }: ColumnSummary): Markup {
  return html`<article class="card">
<header><b title="${name}">${name}</b><code>${type}</code></header>
${histogram === null || histogram.length === 0 ? html`<p class="noplot">no plot for this type</p>` : frequencyTypes.has(type) ? frequencyPlot(histogram, sampledRows) : bucketPlot(histogram)}
<dl>
<div><dt>min</dt><dd title="${min}">${valueText(min)}</dd></div>
<div><dt>max</dt><dd title="${max}">${valueText(max)}</dd></div>
${sum === null ? null : html`<div><dt>sum</dt><dd title="${sum}">${groupedText(sum)}</dd></div>`}
<div${nulls > 0 ? html` class="some"` : null}><dt>NULL</dt><dd>${countText(nulls)} <small>${percentText(nulls, rows)}</small></dd></div>
${histogram !== null && sampledRows < rows ? html`<div><dt>plot</dt><dd>of ${countText(sampledRows)} sampled rows</dd></div>` : null}
</dl>
</article>`;
}

/** Digits in groups, and a time without the zeros of a whole second; the exact text is the hover text. */
const valueText = (text: string | null): string =>
  text === null ? "–" : groupedText(text.replace(/^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)\.0+(?=\D|$)/, "$1"));

/** Their histograms are the most frequent values, not ranges. */
const frequencyTypes: ReadonlySet<string> = new Set(["string", "boolean"]);

const plotWidth = 260;
const plotHeight = 64;

function bucketPlot(histogram: readonly Bucket[]): Markup {
  const largest = Math.max(1, ...histogram.map(({ count }) => count));
  const slot = plotWidth / histogram.length;
  const gap = slot > 6 ? 1.5 : 0.4;
  return html`<svg viewBox="0 0 ${plotWidth} ${plotHeight}" preserveAspectRatio="none" role="img" aria-label="distribution">
<line class="grid" x1="0" x2="${plotWidth}" y1="${plotHeight - 0.5}" y2="${plotHeight - 0.5}"/>
${histogram.map(({ label, count }, index) => {
  const barHeight = count === 0 ? 0 : Math.max(1.5, round((count / largest) * (plotHeight - 3)));
  return html`<g class="bucket"><rect class="hit" x="${round(index * slot)}" y="0" width="${round(slot)}" height="${plotHeight}"/><rect class="value" x="${round(index * slot + gap / 2)}" y="${round(plotHeight - barHeight)}" width="${round(slot - gap)}" height="${barHeight}"/><title>${label}: ${countText(count)}</title></g>`;
})}
</svg>`;
}

const shownValues = 5;

function frequencyPlot(histogram: readonly Bucket[], sampledRows: number): Markup {
  const shown = histogram.slice(0, shownValues);
  const largest = Math.max(1, ...shown.map(({ count }) => count));
  const height = shown.length * 15;
  return html`<div class="frequent"><svg viewBox="0 0 ${plotWidth} ${height}" role="img" aria-label="most frequent values">
${shown.map(({ label, count }, index) => {
  const y = index * 15;
  return html`<g class="bucket"><rect class="hit" x="0" y="${y}" width="${plotWidth}" height="15"/><rect class="value" x="92" y="${y + 3}" width="${round((count / largest) * 104)}" height="9" rx="1.5"/>
<text class="tick" x="86" y="${y + 11}" text-anchor="end">${label.length > 13 ? `${label.slice(0, 12)}…` : label}</text><text class="tick" x="${plotWidth}" y="${y + 11}" text-anchor="end">${percentText(count, sampledRows)}</text><title>${label}: ${countText(count)}</title></g>`;
})}
</svg></div>`;
}
