import type { VacuumReport } from "@snowmelt/lake/maintain";
import { bytesText, countText } from "@snowmelt/pipeline/report";
import { printable } from "../text/printable.ts";

/** Paths shown of a list. */
const mostShown = 20;

export function vacuumText({ plan, deleted }: VacuumReport, { dryRun }: { readonly dryRun: boolean }): string {
  const { deletes, retained, unnamed, readableFrom } = plan;
  const bytes = deletes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const lines = dryRun
    ? [
        `${countText(deletes.length)} files of ${bytesText(bytes)} would be deleted. Nothing was.`,
        ...listed(deletes.map(({ path, reason }) => `  ${path}  ${reason}`)),
      ]
    : [`${countText(deleted.files)} files of ${bytesText(deleted.bytes)} deleted.`];
  if (deleted.revived > 0) lines.push(`${countText(deleted.revived)} came to be live again meanwhile and stayed.`);
  lines.push(`${countText(retained.length)} removed files stay for the retained versions, from ${readableFrom} on.`);
  if (unnamed.length > 0) {
    lines.push(
      `${countText(unnamed.length)} files that the log does not name stay: a run under way may have written them. Where one crashed, name its attempt by --terminal-attempt.`,
      ...listed(
        unnamed.map(({ path, attemptId }) => `  ${path}${attemptId === undefined ? "" : `  attempt ${attemptId}`}`),
      ),
    );
  }
  return `${lines.map(printable).join("\n")}\n`;
}

function listed(lines: readonly string[]): readonly string[] {
  if (lines.length <= mostShown) return lines;
  return [...lines.slice(0, mostShown), `  and ${countText(lines.length - mostShown)} more`];
}
