import type { RunManifest } from "../manifest.ts";
import { resultLabel } from "../result-label.ts";
import { html, type Markup } from "./markup.ts";
import { type RunTotals, runTotals } from "./run-totals.ts";
import { bytesText, countText, durationText, instantText, rowsPerSecond } from "./units.ts";

/** What happened, in one look: the verdict, a sentence, the figures. */
export function headline(manifest: RunManifest): Markup {
  const totals = runTotals(manifest);
  const { pipeline, environment, runId, status, lake, snowmeltVersion, definitionHash } = manifest;
  return html`<header class="top">
<div class="title"><h1>${pipeline}</h1><span class="pill ${status}">${status}</span></div>
<p class="lead">${sentence(manifest, totals)}</p>
<dl class="tiles">
${tile("Rows read", countText(totals.rowsExtracted), rateText(totals))}
${tile("Written", bytesText(totals.bytesWritten), `${countText(totals.files)} ${totals.files === 1 ? "file" : "files"}`)}
${tile("Duration", durationText(totals.durationMs), instantText(Date.parse(manifest.startedAt)))}
${tile("Checks", `${totals.checksPassed} of ${totals.checks}`, totals.checks === totals.checksPassed ? "agree" : "disagree somewhere")}
${tile("Peak memory", bytesText(totals.peakRssBytes), "of the process")}
</dl>
<dl class="facts">
<div><dt>Environment</dt><dd>${environment}</dd></div>
<div><dt>Run</dt><dd><code>${runId}</code></dd></div>
<div><dt>Lake</dt><dd><code>${lake}</code></dd></div>
<div><dt>Definition</dt><dd><code title="${definitionHash}">${definitionHash.slice(0, 19)}</code></dd></div>
<div><dt>Snowmelt</dt><dd>${snowmeltVersion}</dd></div>
</dl>
</header>`;
}

/** The run in one sentence. */
export function sentence({ datasets, status }: RunManifest, totals: RunTotals): string {
  if (status === "failed") {
    const failed = datasets.filter(({ outcome }) => outcome === "failed").map(resultLabel);
    const others = datasets.filter(({ outcome }) => outcome === "committed").length;
    const who = failed.length === 0 ? "The run" : failed.join(", ");
    return `${who} failed and left nothing visible; ${others === 0 ? "no dataset was" : others === 1 ? "1 other dataset was" : `${others} other datasets were`} committed.`;
  }
  const committed = datasets.filter(({ outcome }) => outcome === "committed").length;
  if (committed === 0)
    return "Nothing new at the source: every table already holds what there is, and nothing was written.";
  const verdict = totals.checksPassed === totals.checks ? "every check agrees" : "some checks disagree";
  return `${countText(totals.rowsExtracted)} rows read, ${committed} of ${datasets.length} ${datasets.length === 1 ? "dataset" : "datasets"} committed in ${durationText(totals.durationMs)}; ${verdict}.`;
}

const tile = (name: string, value: string, below: string): Markup =>
  html`<div><dt>${name}</dt><dd>${value}<small>${below}</small></dd></div>`;

function rateText({ rowsExtracted, durationMs }: RunTotals): string {
  const rate = rowsPerSecond(rowsExtracted, durationMs);
  return rate === null || rowsExtracted === 0 ? "" : `${countText(rate)} rows/s overall`;
}
