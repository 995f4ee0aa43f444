import type { ManifestFile } from "../manifest.ts";
import { linearAxis, round } from "./axis.ts";
import { html, type Markup } from "./markup.ts";
import { bytesText, countText } from "./units.ts";

export interface PartitionSize {
  readonly label: string;
  readonly rows: number;
  readonly bytes: number;
  readonly files: number;
}

/** The partitions of a set of files in the order of their names; of an unpartitioned table each file is one. */
export function partitionSizes(files: readonly ManifestFile[]): PartitionSize[] {
  const sizes = new Map<string, PartitionSize>();
  for (const [index, file] of files.entries()) {
    const label = partitionLabel(file.partitionValues) ?? `file ${index + 1}`;
    const size = sizes.get(label) ?? { label, rows: 0, bytes: 0, files: 0 };
    const { rows, bytes, files: count } = size;
    sizes.set(label, { label, rows: rows + file.rows, bytes: bytes + file.sizeBytes, files: count + 1 });
  }
  const result = [...sizes.values()];
  const partitioned = files.some(({ partitionValues }) => Object.keys(partitionValues).length > 0);
  return partitioned ? result.sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0)) : result;
}

/** The largest as a multiple of the median: 1 is even. */
export function skew(sizes: readonly PartitionSize[]): number | null {
  const median = medianBytes(sizes);
  return median === null || median === 0 ? null : Math.max(...sizes.map(({ bytes }) => bytes)) / median;
}

const width = 1120;
const height = 190;
const plot = { left: 64, right: width - 8, top: 8, bottom: height - 26 };

/** Bytes of each partition written by the run, with the median as a line: how evenly the files lie. */
export function fileChart(files: readonly ManifestFile[]): Markup {
  const sizes = partitionSizes(files);
  const y = linearAxis(Math.max(0, ...sizes.map(({ bytes }) => bytes)), [plot.bottom, plot.top], 3);
  const slot = (plot.right - plot.left) / sizes.length;
  const barWidth = Math.min(slot * 0.78, 64);
  const median = medianBytes(sizes) ?? 0;
  const longest = Math.max(...sizes.map(({ label }) => shownLabel(label).length));
  const labelEvery = Math.max(1, Math.ceil((longest * 6.6 + 12) / slot));
  return html`<div class="scroll"><svg class="wide" viewBox="0 0 ${width} ${height}" role="img" aria-label="Bytes by partition">
${y.ticks.map(
  (tick) => html`<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y.at(tick)}" y2="${y.at(tick)}"/>
<text class="tick" x="${plot.left - 8}" y="${y.at(tick) + 3.5}" text-anchor="end">${bytesText(tick)}</text>`,
)}
${sizes.map(({ label, rows, bytes, files: count }, index) => {
  const middle = plot.left + slot * (index + 0.5);
  const top = Math.min(y.at(bytes), plot.bottom - (bytes > 0 ? 1.5 : 0));
  return html`<g class="bucket"><rect class="value" x="${round(middle - barWidth / 2)}" y="${top}" width="${round(barWidth)}" height="${round(plot.bottom - top)}" rx="${barWidth > 12 ? 2 : 0}"/><rect class="hit" x="${round(middle - slot / 2)}" y="${plot.top}" width="${round(slot)}" height="${plot.bottom - plot.top}"/>${
    index % labelEvery === 0
      ? html`<text class="tick" x="${round(middle)}" y="${height - 8}" text-anchor="middle">${shownLabel(label)}</text>`
      : null
  }<title>${label}: ${bytesText(bytes)}, ${countText(rows)} rows in ${count} ${count === 1 ? "file" : "files"}</title></g>`;
})}
${sizes.length > 1 ? html`<line class="median" x1="${plot.left}" x2="${plot.right}" y1="${y.at(median)}" y2="${y.at(median)}"><title>median ${bytesText(median)}</title></line>` : null}
</svg></div>`;
}

function medianBytes(sizes: readonly PartitionSize[]): number | null {
  const sorted = sizes.map(({ bytes }) => bytes).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

function partitionLabel(values: ManifestFile["partitionValues"]): string | null {
  const entries = Object.entries(values);
  return entries.length === 0 ? null : entries.map(([column, value]) => `${column}=${value ?? "NULL"}`).join(" / ");
}

/** Under the bars the value alone; the column is the same for all. */
function shownLabel(label: string): string {
  const value = label
    .split(" / ")
    .map((part) => part.slice(part.indexOf("=") + 1))
    .join(" / ");
  return value.length > 18 ? `${value.slice(0, 17)}…` : value;
}
