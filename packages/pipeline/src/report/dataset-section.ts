import type { DatasetResult, RunFailure } from "../manifest.ts";
import { resultLabel } from "../result-label.ts";
import { columnCards } from "./column-cards.ts";
import { fileChart, partitionSizes, skew } from "./file-chart.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { checksBlock, filesTable, rulesTable } from "./outcome-tables.ts";
import { rowAccounting } from "./row-accounting.ts";
import { outcomeText } from "./run-totals.ts";
import { countText } from "./units.ts";

/** Everything about one dataset, from where it was read to what its columns hold. */
export function datasetSection(result: DatasetResult, index: number): Markup {
  const { outcome, failure, notices, counts, checks, rules, files, columns, sql } = result;
  return html`<section class="dataset" id="dataset-${index}">
<h2><i class="dot series-${index % 8}"></i>${resultLabel(result)} <span class="pill ${outcome}">${outcomeText[outcome]}</span></h2>
${failure === null ? null : failureBox(failure)}
${notices.map(({ code, message }) => html`<p class="box notice"><b>${code}</b> ${message}</p>`)}
${facts(result)}
${block("Rows", rowAccounting(counts))}
${checks.length > 0 && block("Checks", checksBlock(result))}
${rules.length > 0 && block("Quality rules", rulesTable(rules))}
${files.length > 0 && block(filesTitle(result), [fileChart(files), filesTable(result)])}
${columns.length > 0 && block("Columns", columnCards(columns))}
${sql !== null && block("SQL", html`<pre><code>${sql}</code></pre>`)}
</section>`;
}

function failureBox({ code, category, message, stage, retryable }: RunFailure): Markup {
  return html`<div class="box failure"><b>${code}</b> <span>${category}${stage === null ? "" : `, in stage ${stage}`}</span>
<p>${message}</p><p class="quiet">${retryable ? "Running again may succeed as it is." : "Running again will fail the same way until this is mended."} Nothing of this attempt is visible in the table.</p></div>`;
}

function facts(result: DatasetResult): Markup {
  const { source, table, guarantee, route, snapshot, queryId, role, lane, laneVersion, deltaVersion, attemptId } =
    result;
  return html`<dl class="facts">
${fact("Source", html`<code>${source}</code>`)}
${fact("Table", html`<code>${table}</code>`)}
${fact("Purpose", purposeText(result))}
${fact("Window", windowText(result))}
${fact("Snapshot", snapshot)}
${fact("Guarantee", guarantee)}
${fact("Route", route)}
${fact("Delta version", deltaVersion)}
${fact("Catalog", catalogText(result))}
${fact("Lane", html`<code>${lane}</code>${laneVersion === null ? null : html` at ${laneVersion}`}`)}
${fact("Query", queryId === null ? null : html`<code>${queryId}</code>`)}
${fact("Role", role)}
${fact("Attempt", attemptId === null ? null : html`<code>${attemptId}</code>`)}
</dl>`;
}

function purposeText({ purpose, slice }: DatasetResult): Content {
  if (slice !== null) return html`slice ${slice.number} of ${slice.of} of backfill <code>${slice.backfillId}</code>`;
  return purpose === "refresh" ? "refresh of the whole table" : null;
}

function catalogText({ catalog }: DatasetResult): Content {
  if (catalog === null) return null;
  const { database, table, status, droppedColumns } = catalog;
  const dropped = droppedColumns.length === 0 ? "" : `, without ${droppedColumns.join(", ")}`;
  return html`<code>${database}.${table}</code> ${status}${dropped}`;
}

function windowText({ window }: DatasetResult): Content {
  if (window === null) return null;
  const { cursor, lo, hi, inclusive } = window;
  return html`<code>${cursor}</code> from ${lo ?? "the beginning"} ${inclusive ? "up to and with" : "up to, not with,"} ${hi}`;
}

function filesTitle({ files }: DatasetResult): string {
  const sizes = partitionSizes(files);
  const factor = skew(sizes);
  if (sizes.length < 2 || factor === null) return "Files";
  return `Files: ${countText(sizes.length)} ${sizes[0]?.label.includes("=") ? "partitions" : "parts"}, the largest ${factor.toFixed(1)} × the median`;
}

const fact = (name: string, value: Content): Markup | null =>
  value === null || value === "" ? null : html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

const block = (title: string, content: Content): Markup => html`<div class="block"><h3>${title}</h3>${content}</div>`;
