import type { DatasetResult } from "../manifest.ts";
import { round } from "./axis.ts";
import { html, type Markup } from "./markup.ts";
import { countText, percentText } from "./units.ts";

type Counts = DatasetResult["counts"];

const width = 520;
const height = 18;

/** Where every row that was read went, as a bar and in words, and what that made of the table. */
export function rowAccounting(counts: Counts): Markup {
  const { extracted, inserted, updated, skippedAsOlder, quarantined } = counts;
  const parts = [
    { name: "inserted", rows: inserted, kind: "inserted" },
    { name: "updated", rows: updated, kind: "updated" },
    { name: "skipped as older", rows: skippedAsOlder, kind: "skipped" },
    { name: "quarantined", rows: quarantined, kind: "quarantined" },
  ].filter(({ rows }) => rows > 0);
  let left = 0;
  return html`<div class="accounting">
${
  extracted > 0
    ? html`<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label="Where the rows went">
${parts.map(({ name, rows, kind }) => {
  const from = left;
  left += (rows / extracted) * width;
  return html`<rect class="part ${kind}" x="${round(from)}" y="0" width="${round(Math.max(left - from, 1.5))}" height="${height}"><title>${name}: ${countText(rows)}, ${percentText(rows, extracted)}</title></rect>`;
})}
</svg>`
    : null
}
<p><b>${countText(extracted)}</b> read${parts.map(({ name, rows, kind }, index) => html`${index === 0 ? " = " : " + "}<i class="dot ${kind}"></i>${countText(rows)} ${name}`)}.
Table: ${tableRows(counts)}.</p>
</div>`;
}

function tableRows({ inserted, deleted, rowsBefore, rowsAfter }: Counts): Markup {
  if (inserted === 0 && deleted === 0 && rowsBefore === rowsAfter)
    return html`<b>${countText(rowsAfter)}</b> rows, as before`;
  const more = inserted > 0 && html` + ${countText(inserted)}`;
  const fewer = deleted > 0 && html` − ${countText(deleted)}`;
  return html`${countText(rowsBefore)}${more}${fewer} = <b>${countText(rowsAfter)}</b> rows`;
}
