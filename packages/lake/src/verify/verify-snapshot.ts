import { addProfiles, type ColumnProfile, type Field } from "@snowmelt/core/types";
import type { AddFile } from "../delta/action.ts";
import { isAbsoluteDataPath } from "../delta/data-path.ts";
import type { TableLocation } from "../delta/read-commits.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { readableFields } from "../read/readable-fields.ts";
import { type Check, check } from "./check.ts";
import { type CheckedFile, checkLiveFile } from "./check-live-file.ts";
import { type ColumnTotals, openColumnTotals } from "./column-totals.ts";
import { type InspectedFile, inspectFile } from "./inspect-file.ts";

export interface VerifySnapshotOptions {
  /** Reads every byte and decodes every value. @default false: sizes and footers */
  readonly deep?: boolean;
  /** What was written down of a file when it was written, in hex; asked of deep looks alone. @default nothing is known */
  readonly sha256Of?: (path: string) => string | undefined;
  /** Files looked at at once; deep, one. @default 8 */
  readonly parallel?: number;
  readonly onFile?: (progress: { readonly files: number; readonly of: number; readonly bytes: number }) => void;
  readonly signal?: AbortSignal | undefined;
}

/** What could not be compared, and why. */
export interface NotChecked {
  readonly name: string;
  readonly subject: string;
  readonly because: string;
}

/** A table's files held against its log. */
export interface SnapshotVerification {
  readonly version: number;
  readonly passed: boolean;
  /** For each kind of comparison how many files agree, and each one that does not. */
  readonly checks: readonly Check[];
  readonly notChecked: readonly NotChecked[];
  readonly files: number;
  /** By the footers; undefined when one could not be read. */
  readonly rows: number | undefined;
  readonly bytes: number;
  /** By the footers, of the columns in `fields`. */
  readonly columns: readonly ColumnTotals[];
  /** Of the decoded values; undefined unless it was a deep look and every file could be decoded. */
  readonly profiles: readonly ColumnProfile[] | undefined;
  readonly fields: readonly Field[];
}

/**
 * Reads every live file of a state and compares: it is there, in the size, with the rows, columns, NULL counts and bounds
 * that the log says; deep also its bytes with their hash, and every value with the footer and the log. A file that is
 * damaged or gone is a failed check; a store that fails throws. May be repeated.
 */
export async function verifySnapshot(
  table: TableLocation,
  snapshot: Snapshot,
  options: VerifySnapshotOptions = {},
): Promise<SnapshotVerification> {
  const { version, files } = snapshot;
  return verifyState(table, { version, files, fields: readableFields(snapshot) }, options);
}

/** What of a state files are held against, whoever tells it: a Delta log, or a manifest. */
export interface FileState {
  readonly version: number;
  /** By key below the table's root. */
  readonly files: ReadonlyMap<string, AddFile>;
  readonly fields: readonly Field[];
}

/** The same of a state that no Delta log has to tell. */
export async function verifyState(
  table: TableLocation,
  state: FileState,
  options: VerifySnapshotOptions = {},
): Promise<SnapshotVerification> {
  const { deep = false, sha256Of, parallel = 8, onFile, signal } = options;
  const { fields } = state;
  const totals = openColumnTotals(fields);
  const tally = openTally();
  let [rows, bytes, files]: [number | undefined, number, number] = [0, 0, 0];
  let profiles: readonly ColumnProfile[] | undefined = deep ? [] : undefined;
  const entries = [...state.files].map(([path, add]) => ({ path, add }));
  const look = (entry: (typeof entries)[number]): Promise<InspectedFile> =>
    inspectFile(table, entry, { fields, deep, signal });
  const own = entries.filter(({ path }) => !isAbsoluteDataPath(path));
  for await (const file of inOrder(own, deep ? 1 : parallel, look)) {
    tally.add(checkLiveFile(file, { fields, sha256: sha256Of?.(file.path) }));
    totals.add(file);
    rows = rows === undefined || !file.footer ? undefined : rows + file.footer.rowCount;
    bytes += file.sizeBytes ?? 0;
    profiles = profiles && file.profiles && addProfiles(profiles, file.profiles);
    onFile?.({ files: ++files, of: own.length, bytes });
  }
  const elsewhere = entries.length - own.length;
  const notChecked = [
    ...tally.notChecked(),
    ...(elsewhere > 0
      ? [{ name: "file", subject: `${elsewhere} files`, because: "they are not below the table's root" }]
      : []),
  ];
  const checks = tally.checks();
  return {
    version: state.version,
    passed: checks.every(({ passed }) => passed),
    checks,
    notChecked,
    files: entries.length,
    rows: elsewhere > 0 ? undefined : rows,
    bytes,
    columns: totals.totals(),
    profiles: elsewhere > 0 ? undefined : profiles,
    fields,
  };
}

/** Counts by kind of comparison, and keeps what did not agree. */
function openTally() {
  const made = new Map<string, { agreed: number; of: number }>();
  const failed: Check[] = [];
  const skipped = new Map<string, { count: number; because: string; name: string }>();
  return {
    add(checked: CheckedFile): void {
      for (const name of checked.compared) {
        const counted = made.get(name) ?? { agreed: 0, of: 0 };
        const isWrong = checked.failed.some((one) => kindOf(one.name) === name);
        made.set(name, { agreed: counted.agreed + (isWrong ? 0 : 1), of: counted.of + 1 });
      }
      failed.push(...checked.failed);
      for (const { name, because } of checked.notChecked) {
        const key = `${name} ${because}`;
        skipped.set(key, { name, because, count: (skipped.get(key)?.count ?? 0) + 1 });
      }
    },
    checks: (): Check[] => [
      ...[...made].map(([name, { agreed, of }]) =>
        check(name, "all files", { expected: `${of} of ${of} agree`, actual: `${agreed} of ${of} agree` }),
      ),
      ...failed,
    ],
    notChecked: (): NotChecked[] =>
      [...skipped.values()].map(({ name, because, count }) => ({
        name,
        subject: count === 1 ? "1 file" : `${count} files`,
        because,
      })),
  };
}

const kindOf = (name: string): string => (name === "null counts" || name === "bounds" ? "statistics" : name);

/** Results in the order of the items, some of them looked at ahead. */
async function* inOrder<T, R>(items: readonly T[], ahead: number, look: (item: T) => Promise<R>): AsyncGenerator<R> {
  const waiting: Promise<R>[] = [];
  for (const item of items) {
    const next = look(item);
    next.catch(() => undefined);
    waiting.push(next);
    const first = waiting.length >= ahead ? waiting.shift() : undefined;
    if (first) yield await first;
  }
  for (const last of waiting) yield await last;
}
