import type { RunManifest } from "../manifest.ts";
import { resultLabel } from "../result-label.ts";
import type { RunEvent } from "../run-event.ts";
import { datasetSection } from "./dataset-section.ts";
import { datasetsTable } from "./datasets-table.ts";
import { headline } from "./headline.ts";
import { lineChart } from "./line-chart.ts";
import { type Content, html, Markup } from "./markup.ts";
import { progressSeries } from "./progress-series.ts";
import { stageChart } from "./stage-chart.ts";
import { reportStyle } from "./style.ts";
import { bytesText, shortCountText } from "./units.ts";

/**
 * The run as one self-contained HTML page: no script, no network (its content security policy forbids both), readable in
 * light and dark and on paper. The same manifest and events give the same bytes. Never throws on a valid manifest.
 */
export function renderReport(manifest: RunManifest, events: readonly RunEvent[]): string {
  const { pipeline, status, runId, datasets } = manifest;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${pipeline}: ${status}, ${runId}</title>
<style>${new Markup(reportStyle)}</style>
</head>
<body><main>
${headline(manifest)}
${panel("Datasets", datasetsTable(datasets))}
${panel("Over time", timeCharts(manifest, events))}
${panel("Stages", stages(manifest, events))}
${datasets.map(datasetSection)}
<footer>Written by Snowmelt ${manifest.snowmeltVersion}. The same figures, for machines: <code>manifest.json</code> and <code>events.jsonl</code> beside this page.</footer>
</main></body>
</html>
`.text;
}

function timeCharts(manifest: RunManifest, events: readonly RunEvent[]): Content {
  const progress = progressSeries(events, Date.parse(manifest.startedAt), Date.parse(manifest.finishedAt));
  const { durationMs } = progress;
  const names = manifest.datasets.map(resultLabel);
  const series = (value: "rows" | "bytes") =>
    progress.datasets.map((dataset) => ({
      label: dataset.dataset,
      colorClass: seriesClass(names.indexOf(dataset.dataset)),
      points: dataset[value],
    }));
  const memory = [{ label: "process", colorClass: "series-memory", points: progress.rssBytes }];
  return html`<div class="charts">
${lineChart({ title: "Rows", subtitle: "landed so far", durationMs, series: series("rows"), valueText: shortCountText })}
${lineChart({ title: "Bytes", subtitle: "written so far", durationMs, series: series("bytes"), valueText: bytesText })}
${lineChart({ title: "Memory", subtitle: "resident, whole process", durationMs, series: memory, valueText: bytesText })}
</div>
<p class="legend">${names.map((name, index) => html`<span><i class="dot ${seriesClass(index)}"></i>${name}</span>`)}</p>`;
}

function stages({ datasets, startedAt, finishedAt }: RunManifest, events: readonly RunEvent[]): Markup {
  const startedAtMs = Date.parse(startedAt);
  const names = [...new Set(datasets.flatMap((result) => result.stages.map(({ stage }) => stage)))];
  return html`${stageChart({
    datasets,
    retries: events.filter((event) => event.kind === "retry"),
    startedAtMs,
    durationMs: Math.max(1, Date.parse(finishedAt) - startedAtMs),
  })}
<p class="legend">${names.map((stage) => html`<span><i class="dot stage-${stage}"></i>${stage}</span>`)}</p>`;
}

const seriesClass = (index: number): string => `series-${Math.max(index, 0) % 8}`;

const panel = (title: string, content: Content): Markup =>
  html`<section class="panel"><h2>${title}</h2>${content}</section>`;
