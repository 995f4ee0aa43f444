import { type ColumnProfile, openProfiler } from "@snowmelt/core/types";
import { toTableKey } from "../delta/log-path.ts";
import type { TableLocation } from "../delta/read-commits.ts";
import type { DataFile, LandedFile } from "../land/landed-file.ts";
import { readTableFile } from "../land/read-table-file.ts";
import { footerSummary } from "../parquet/index.ts";
import type { TableLayout } from "../partition/table-layout.ts";
import { parseStats } from "../stats/index.ts";
import { type Check, check } from "./check.ts";
import { compareProfiles } from "./compare-profiles.ts";
import { hashFile } from "./inspect-file.ts";
import { checkFooter } from "./verify-footer.ts";
import { checkRegistered } from "./verify-registered.ts";

export interface VerifyFilesOptions {
  readonly layout: TableLayout;
  /** Rows that were extracted. */
  readonly expectedRows: number;
  /** As the files were landed with. @default [] */
  readonly alwaysIndexed?: readonly string[];
  /**
   * Profiles of the batches as they were extracted. With them the files are read again in full: every value is decoded,
   * profiled and compared, and the bytes are hashed.
   * @default none: footers alone are read
   */
  readonly expectedProfiles?: readonly ColumnProfile[];
  readonly signal?: AbortSignal;
}

export interface VerificationReport {
  readonly passed: boolean;
  readonly level: "footers" | "values";
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
  readonly checks: readonly Check[];
}

/**
 * Reads landed files back from the store and compares: rows extracted = rows of the footers = rows of the Delta
 * statistics; for each file rows, size, NULL counts and bounds; and by request every value. Files of another writer are
 * held against the schema again. A difference is a failed check in the report; an unreadable file throws. May be repeated.
 */
export async function verifyFiles(
  table: TableLocation,
  files: readonly DataFile[],
  options: VerifyFilesOptions,
): Promise<VerificationReport> {
  const { layout, expectedRows, alwaysIndexed = [], expectedProfiles, signal } = options;
  const checks: Check[] = [];
  let [footerRows, statsRows, bytes] = [0, 0, 0];
  for (const file of files) {
    const footer = await footerSummary(table.store, toTableKey(table.path, file.path), signal ? { signal } : {});
    footerRows += footer.rowCount;
    statsRows += parseStats(file.stats, [])?.numRecords ?? Number.NaN;
    bytes += footer.bytes;
    if (isOwn(file)) {
      checks.push(...checkFooter(file, footer, { fields: layout.fileFields, alwaysIndexed }));
      if (expectedProfiles) checks.push(await checkHash(table, file, signal));
    } else checks.push(...(await checkRegistered(table, file, { layout, alwaysIndexed, signal })));
  }
  const totals = [
    check("rows of footers", "all files", { expected: `${expectedRows}`, actual: `${footerRows}` }),
    check("rows of delta statistics", "all files", { expected: `${expectedRows}`, actual: `${statsRows}` }),
  ];
  const values = expectedProfiles
    ? compareProfiles(layout.sourceFields, expectedProfiles, await profileFiles(table, files, { layout, signal }))
    : [];
  const all = [...totals, ...values, ...checks];
  const level = expectedProfiles ? "values" : "footers";
  return {
    passed: all.every(({ passed }) => passed),
    level,
    files: files.length,
    rows: footerRows,
    bytes,
    checks: all,
  };
}

/** Profiles of the rows of landed files, partition columns included, read back from the store. */
export async function profileFiles(
  table: TableLocation,
  files: readonly DataFile[],
  { layout, signal }: { readonly layout: TableLayout; readonly signal?: AbortSignal | undefined },
): Promise<readonly ColumnProfile[]> {
  const profiler = openProfiler(layout.sourceFields);
  for (const file of files) {
    for await (const batch of readTableFile(table, file, { fields: layout.sourceFields, signal })) profiler.add(batch);
  }
  return profiler.profiles();
}

const isOwn = (file: DataFile): file is LandedFile => file.sha256 !== undefined;

async function checkHash(table: TableLocation, file: LandedFile, signal: AbortSignal | undefined): Promise<Check> {
  const key = toTableKey(table.path, file.path);
  const actual = await hashFile(table, { key, sizeBytes: file.bytes, signal });
  return check("sha256", file.path, { expected: file.sha256, actual });
}
