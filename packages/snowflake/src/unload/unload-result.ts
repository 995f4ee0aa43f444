import type { TextRow } from "../driver.ts";
import type { ResultColumn } from "../session.ts";
import { snowflakeError } from "../snowflake-error.ts";
import { type StagePlace, stageText } from "./stage-name.ts";
import { parsePartitionFolders, type UnloadPartition } from "./unload-partition.ts";

/** A file as the statement's own result tells of it. */
export interface UnloadedFile {
  /** Below the unload's folder: `data_<query>_0_0_0.snappy.parquet`, with folders when it is partitioned. */
  readonly name: string;
  readonly bytes: number;
  readonly rowCount: number;
  /** What its folders say of its partition, outermost first; undefined where they hold a hash. */
  readonly partition: readonly (string | null | undefined)[];
}

export interface UnloadResult {
  readonly queryId: string;
  /** Ordered by name. Nothing was unloaded: none. */
  readonly files: readonly UnloadedFile[];
  readonly rowCount: number;
  readonly bytes: number;
}

/** Where an unload wrote, to tell its files from others. */
export interface UnloadTarget {
  readonly stage: StagePlace;
  readonly folder: string;
  readonly partitions: readonly UnloadPartition[];
}

/**
 * The files of an unload, strictly from what the statement returned: a listing may show files of other tries. Throws
 * RESULT_MISMATCH for a result of another shape, a name that is not below the folder, or a file named twice.
 */
export function parseUnloadResult(
  queryId: string,
  { columns, rows }: { readonly columns: readonly Pick<ResultColumn, "name">[]; readonly rows: readonly TextRow[] },
  target: UnloadTarget,
): UnloadResult {
  const names = columns.map(({ name }) => name.toUpperCase());
  if (isEmptySummary(names, rows)) return { queryId, files: [], rowCount: 0, bytes: 0 };
  const [fileName, fileSize, rowCount] = ["FILE_NAME", "FILE_SIZE", "ROW_COUNT"].map((name) => names.indexOf(name));
  if (
    fileName === undefined ||
    fileSize === undefined ||
    rowCount === undefined ||
    Math.min(fileName, fileSize, rowCount) < 0
  ) {
    throw mismatch(queryId, `it has the columns ${names.join(", ")}; expected FILE_NAME, FILE_SIZE and ROW_COUNT`);
  }
  const files = rows.map((row): UnloadedFile => {
    const name = relativeName(queryId, row[fileName] ?? "", target);
    return {
      name,
      bytes: parseCount(queryId, row[fileSize] ?? null, name),
      rowCount: parseCount(queryId, row[rowCount] ?? null, name),
      partition: parsePartitionFolders(name, target.partitions),
    };
  });
  files.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const twice = files.find(({ name }, index) => name === files[index - 1]?.name);
  if (twice) throw mismatch(queryId, `it names ${JSON.stringify(twice.name)} twice`);
  const sum = (of: (file: UnloadedFile) => number): number => files.reduce((total, file) => total + of(file), 0);
  return { queryId, files, rowCount: sum((file) => file.rowCount), bytes: sum((file) => file.bytes) };
}

/** Without rows there are no files to detail, and the summary of an undetailed unload may come instead. */
function isEmptySummary(names: readonly string[], rows: readonly TextRow[]): boolean {
  const unloaded = names.indexOf("ROWS_UNLOADED");
  return unloaded >= 0 && rows.length === 1 && rows[0]?.[unloaded] === "0";
}

/**
 * Which form FILE_NAME has is documented nowhere. Known are: below the unload's folder, below the stage, and below it with
 * the stage's URL or its name in front, as LIST shows external and internal stages.
 */
function relativeName(queryId: string, name: string, { stage, folder }: UnloadTarget): string {
  const starts = [
    ...(stage.url === undefined ? [] : [`${stage.url.replace(/\/+$/, "")}/${folder}`]),
    `${stage.name}/${folder}`,
    `${stage.name.toLowerCase()}/${folder}`,
    folder,
  ];
  const start = starts.find((candidate) => name.startsWith(candidate)) ?? "";
  const relative = name.slice(start.length);
  const isSound =
    !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(relative) &&
    relative.split("/").every((segment) => segment !== "" && segment !== "." && segment !== "..") &&
    /^[\w.~=+@-]+(\/[\w.~=+@-]+)*$/.test(relative);
  if (isSound) return relative;
  throw mismatch(
    queryId,
    `it names the file ${JSON.stringify(name)}, which is not below ${folder} of ${stageText(stage)}`,
  );
}

function parseCount(queryId: string, text: string | null, name: string): number {
  const count = text !== null && /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(count)) return count;
  throw mismatch(queryId, `the size or row count of ${name} is ${JSON.stringify(text)}; expected digits`);
}

const mismatch = (queryId: string, why: string): Error =>
  snowflakeError("RESULT_MISMATCH", `The result of the unload ${queryId} is not one of COPY INTO: ${why}.`, {
    details: { queryId },
  });
