import type { Check, DatasetResult, RuleOutcome } from "../manifest.ts";
import { html, type Markup } from "./markup.ts";
import { bytesText, countText, groupedText } from "./units.ts";

/**
 * Both sides of every comparison. Those of single columns, named `<column>: …`, are folded away where all of them passed and
 * there are many.
 */
export function checksBlock({ checks, columns }: DatasetResult): Markup {
  const names = new Set(columns.map(({ name }) => name));
  const ofColumn = ({ name, passed }: Check): boolean => passed && names.has(name.slice(0, name.lastIndexOf(": ")));
  const folded = checks.filter(ofColumn);
  if (checks.length <= mostChecks || folded.length === 0) return checksTable(checks);
  return html`${checksTable(checks.filter((check) => !ofColumn(check)))}
<details><summary>${countText(folded.length)} more, column by column: all passed</summary>${checksTable(folded)}</details>`;
}

/** More than this are folded. */
const mostChecks = 12;

function checksTable(checks: readonly Check[]): Markup {
  return html`<div class="scroll"><table class="checks">
<thead><tr><th></th><th>Comparison</th><th class="n">Expected</th><th class="n">Actual</th></tr></thead>
<tbody>${checks.map(
    ({ name, expected, actual, passed }) =>
      html`<tr${passed ? null : html` class="broken"`}><td>${mark(passed)}</td><td>${name}</td><td class="n long">${groupedText(expected)}</td><td class="n long">${groupedText(actual)}</td></tr>`,
  )}</tbody>
</table></div>`;
}

export function rulesTable(rules: readonly RuleOutcome[]): Markup {
  return html`<div class="scroll"><table>
<thead><tr><th></th><th>Rule</th><th>If it fails</th><th>Expected</th><th>Measured</th><th class="n">Rows failing</th></tr></thead>
<tbody>${rules.map(
    ({ rule, onFail, passed, expected, measured, rowsFailing }) =>
      html`<tr${passed ? null : html` class="${onFail === "warn" ? "doubtful" : "broken"}"`}><td>${mark(passed)}</td><td><code>${rule}</code></td><td>${onFail}</td><td>${expected}</td><td>${measured}</td><td class="n">${rowsFailing === null ? "–" : countText(rowsFailing)}</td></tr>`,
  )}</tbody>
</table></div>`;
}

/** More files than this are in the manifest alone. */
const shownFiles = 200;

export function filesTable({ files, removedFiles }: DatasetResult): Markup {
  return html`<details><summary>${countText(files.length)} ${files.length === 1 ? "file" : "files"} written${removedFiles.length > 0 ? `, ${countText(removedFiles.length)} replaced` : ""}</summary>
<div class="scroll"><table>
<thead><tr><th>File</th><th class="n">Rows</th><th class="n">Bytes</th><th>SHA-256</th></tr></thead>
<tbody>${files
    .slice(0, shownFiles)
    .map(
      ({ path, rows, sizeBytes, sha256 }) =>
        html`<tr><td class="long"><code>${path}</code></td><td class="n">${countText(rows)}</td><td class="n">${bytesText(sizeBytes)}</td><td>${sha256 === null ? "–" : html`<code title="${sha256}">${sha256.slice(0, 12)}</code>`}</td></tr>`,
    )}</tbody>
</table></div>
${files.length > shownFiles ? html`<p class="quiet">${countText(files.length - shownFiles)} more are listed in manifest.json.</p>` : null}
</details>`;
}

const mark = (passed: boolean): Markup =>
  passed ? html`<span class="good" title="passed">✓</span>` : html`<span class="bad" title="failed">✗</span>`;
