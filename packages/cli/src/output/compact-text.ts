import type { CompactionReport } from "@snowmelt/lake/maintain";
import { bytesText, countText } from "@snowmelt/pipeline/report";

export function compactText(
  { groups, commits, conflicts }: CompactionReport,
  { dryRun }: { readonly dryRun: boolean },
): string {
  const files = groups.reduce((sum, group) => sum + group.files.length, 0);
  if (groups.length === 0) return "No small files to put together.\n";
  if (dryRun) {
    const bytes = groups.reduce((sum, group) => sum + group.bytes, 0);
    return `${countText(files)} files of ${bytesText(bytes)} would become ${countText(groups.length)}. Nothing was written.\n`;
  }
  const lines = commits.map(
    ({ version, filesBefore, filesAfter, bytesBefore, bytesAfter, rows }) =>
      `Version ${version}: ${countText(filesBefore)} files of ${bytesText(bytesBefore)} became ${countText(filesAfter)} of ${bytesText(bytesAfter)}, ${countText(rows)} rows as they were.`,
  );
  const refused = conflicts.map(({ message }) => `Left as it was: ${message}`);
  return `${[...lines, ...refused].join("\n")}\n`;
}
