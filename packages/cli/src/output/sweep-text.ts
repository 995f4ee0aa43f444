import type { PlainSweepPlan } from "@snowmelt/lake/plain";
import { bytesText } from "@snowmelt/pipeline/report";
import { counted } from "../text/counted.ts";
import { listed } from "../text/listed.ts";
import { printable } from "../text/printable.ts";

/** What a sweep of a plain Parquet table deleted, or would. */
export function sweepText(plan: PlainSweepPlan, { dryRun }: { readonly dryRun: boolean }): string {
  const { files, versions, unnamed, readableFrom } = plan;
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const what = `${counted(files.length, "file")} of ${bytesText(bytes)} and ${counted(versions.length, "version")}`;
  const lines = dryRun
    ? [`${what} would be deleted. Nothing was.`, ...listed(files.map(({ path, reason }) => `  ${path}  ${reason}`))]
    : [`${what} deleted.`];
  lines.push(
    readableFrom === undefined
      ? "There is no version."
      : `Versions from ${readableFrom} on are kept, with their files.`,
  );
  if (unnamed.length > 0) {
    lines.push(
      `Kept though no version names them: ${counted(unnamed.length, "file")}. A run under way may have written them. Where one crashed, name its attempt by --terminal-attempt.`,
      ...listed(unnamed.map(({ path }) => `  ${path}`)),
    );
  }
  return `${lines.map(printable).join("\n")}\n`;
}
