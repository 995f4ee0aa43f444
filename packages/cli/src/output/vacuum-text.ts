import type { VacuumReport } from "@snowmelt/lake/maintain";
import { bytesText, countText } from "@snowmelt/pipeline/report";
import { counted } from "../text/counted.ts";
import { listed } from "../text/listed.ts";
import { printable } from "../text/printable.ts";

export function vacuumText({ plan, deleted, uploads }: VacuumReport, { dryRun }: { readonly dryRun: boolean }): string {
  const { deletes, retained, unnamed, readableFrom } = plan;
  const bytes = deletes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const lines = dryRun
    ? [
        `${counted(deletes.length, "file")} of ${bytesText(bytes)} would be deleted. Nothing was.`,
        ...listed(deletes.map(({ path, reason }) => `  ${path}  ${reason}`)),
      ]
    : [`${counted(deleted.files, "file")} of ${bytesText(deleted.bytes)} deleted.`];
  if (deleted.revived > 0) lines.push(`${countText(deleted.revived)} came to be live again meanwhile and stayed.`);
  if (uploads.aborted > 0) lines.push(`${counted(uploads.aborted, "unfinished upload")} of more than a day ago ended.`);
  if (uploads.kept > 0) lines.push(`${counted(uploads.kept, "unfinished upload")} of less than a day kept.`);
  lines.push(`Kept for the retained versions, from ${readableFrom} on: ${counted(retained.length, "removed file")}.`);
  if (unnamed.length > 0) {
    lines.push(
      `Kept though the log does not name them: ${counted(unnamed.length, "file")}. A run under way may have written them. Where one crashed, name its attempt by --terminal-attempt.`,
      ...listed(
        unnamed.map(({ path, attemptId }) => `  ${path}${attemptId === undefined ? "" : `  attempt ${attemptId}`}`),
      ),
    );
  }
  return `${lines.map(printable).join("\n")}\n`;
}
