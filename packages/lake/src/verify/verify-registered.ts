import { toTableKey } from "../delta/log-path.ts";
import type { TableLocation } from "../delta/read-commits.ts";
import type { DataFile } from "../land/landed-file.ts";
import { readFooter } from "../parquet/index.ts";
import type { TableLayout } from "../partition/table-layout.ts";
import { refuseFooter } from "../register/accept-footer.ts";
import { summarizeFile } from "../register/summarize-file.ts";
import { toStatsJson } from "../stats/index.ts";
import { type Check, check } from "./check.ts";

/** Compares a file of another writer, read anew, with what was said of it when it was registered. May be repeated. */
export async function checkRegistered(
  { store, path }: TableLocation,
  file: DataFile,
  {
    layout,
    alwaysIndexed,
    signal,
  }: {
    readonly layout: TableLayout;
    readonly alwaysIndexed: readonly string[];
    readonly signal: AbortSignal | undefined;
  },
): Promise<readonly Check[]> {
  const footer = await readFooter(store, toTableKey(path, file.path), signal ? { signal } : {});
  const [refusal] = refuseFooter(layout.sourceFields, footer);
  const schema = refusal === undefined ? "" : `${refusal.column}: ${refusal.found}, expected ${refusal.expected}`;
  const compared = [
    check("rows", file.path, { expected: `${file.rowCount}`, actual: `${footer.rowCount}` }),
    check("size", file.path, { expected: `${file.bytes}`, actual: `${footer.bytes}` }),
    check("columns", file.path, { expected: "", actual: schema }),
  ];
  if (refusal !== undefined) return compared;
  const summary = await summarizeFile(store, footer, { fields: layout.fileFields, signal });
  const stats = toStatsJson(summary, layout.fileFields, alwaysIndexed);
  return [...compared, check("delta statistics", file.path, { expected: file.stats, actual: stats })];
}
