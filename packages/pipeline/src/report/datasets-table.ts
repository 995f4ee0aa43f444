import type { DatasetResult } from "../manifest.ts";
import { resultLabel } from "../result-label.ts";
import { html, type Markup } from "./markup.ts";
import { movingMs, outcomeText, passedChecks } from "./run-totals.ts";
import { bytesText, countText, durationText, rowsPerSecond } from "./units.ts";

/** One line a dataset; names lead to their sections. */
export function datasetsTable(datasets: readonly DatasetResult[]): Markup {
  return html`<div class="scroll"><table>
<thead><tr><th>Dataset</th><th>Outcome</th><th class="n">Read</th><th class="n">Inserted</th><th class="n">Updated</th><th class="n">Deleted</th><th class="n">In table</th><th class="n">Bytes</th><th class="n">Files</th><th class="n">Time</th><th class="n">Rows/s</th><th class="n">Checks</th><th class="n">Rules</th><th class="n">Version</th></tr></thead>
<tbody>${datasets.map(row)}</tbody>
</table></div>`;
}

function row(result: DatasetResult, index: number): Markup {
  const { outcome, counts, bytesWritten, files, durationMs, checks, rules, deltaVersion } = result;
  const passed = passedChecks(result);
  const broken = rules.filter((rule) => !rule.passed);
  const rate = rowsPerSecond(counts.extracted, movingMs(result));
  return html`<tr>
<td class="name"><a href="#dataset-${index}"><i class="dot series-${index % 8}"></i>${resultLabel(result)}</a></td>
<td><span class="pill ${outcome}">${outcomeText[outcome]}</span></td>
<td class="n">${countText(counts.extracted)}</td><td class="n">${countText(counts.inserted)}</td><td class="n">${countText(counts.updated)}</td><td class="n">${countText(counts.deleted)}</td><td class="n">${countText(counts.rowsAfter)}</td>
<td class="n">${bytesText(bytesWritten)}</td><td class="n">${countText(files.length)}</td><td class="n">${durationText(durationMs)}</td>
<td class="n">${rate === null || counts.extracted === 0 ? "–" : countText(rate)}</td>
<td class="n">${ofText(passed, checks.length)}</td><td class="n">${ofText(
    rules.length - broken.length,
    rules.length,
    broken.every(({ onFail }) => onFail === "warn"),
  )}</td>
<td class="n">${deltaVersion ?? "–"}</td>
</tr>`;
}

const ofText = (passed: number, all: number, onlyWarned = false): Markup =>
  all === 0
    ? html`–`
    : html`<span class="${passed === all ? "good" : onlyWarned ? "warn" : "bad"}">${passed}/${all}</span>`;
