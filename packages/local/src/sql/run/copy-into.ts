import { rm } from "node:fs/promises";
import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { type ExecutedStatement, SqlFailure, type UnloadMishap } from "../../engine.ts";
import type { BoundColumn } from "../bind/binder.ts";
import { compilationError, unsupported } from "../failures.ts";
import { flagOf } from "../settings.ts";
import { type OpenStage, openStage } from "../stage/open-stage.ts";
import type { CopyInto } from "../syntax/copy-into.ts";
import type { StageLocation } from "../syntax/stage-location.ts";
import { number, TEXT } from "../types/logical-type.ts";
import { type BoundUnload, bindUnload } from "../unload/bind-unload.ts";
import { toUnloadPlace, type UnloadPlace } from "../unload/file-name.ts";
import { planFileCut, planPieces } from "../unload/plan-pieces.ts";
import { fileColumns, measureRow, narrowColumns, stageRows } from "../unload/staged-rows.ts";
import type { UnloadFormat } from "../unload/unload-format.ts";
import { planUnloadOptions, type UnloadOptions } from "../unload/unload-options.ts";
import { type UnloadedFile, writePieces } from "../unload/write-pieces.ts";
import { interruptible, withConnection } from "./connections.ts";
import { literalResult } from "./result.ts";
import type { StatementContext } from "./statement-context.ts";
import { STATEMENT_TYPE } from "./statement-type.ts";
import { rollback } from "./transaction.ts";

const NO_MISHAP: UnloadMishap = { failure: null, waitMs: 0, lostFile: null, rowCountError: 0 };

interface Unload {
  readonly open: OpenStage;
  readonly options: UnloadOptions;
  readonly place: UnloadPlace;
  readonly bound: BoundUnload;
}

/** COPY INTO a location. The files are in the stage before the result is; a COPY that fails leaves those it had written. */
export async function runCopyInto(statement: CopyInto, context: StatementContext): Promise<ExecutedStatement> {
  const unload = await prepare(statement, context);
  if (!unload.options.includeQueryId && !unload.options.overwrite)
    await requireFree(statement.location, unload, context);
  const { transaction } = context.own;
  const { signal } = context.request;
  const work = (connection: DuckDBConnection) =>
    interruptible(connection, signal, () => writeFiles(unload, connection, context));
  const files = await (transaction === null
    ? withConnection(context.state.connections, work)
    : work(transaction.connection).catch(async (error: unknown) => {
        // DuckDB aborts the transaction that a statement failed in, so an open one cannot go on.
        await rollback(context.state, context.own);
        throw error;
      }));
  return answer(files, unload, context);
}

/** The columns of a COPY's answer, for a statement that is only described. */
export async function describeCopyInto(
  statement: CopyInto,
  context: StatementContext,
): Promise<readonly BoundColumn[]> {
  return answerColumns((await prepare(statement, context)).options);
}

async function prepare(statement: CopyInto, context: StatementContext): Promise<Unload> {
  const { session, state, binder } = context;
  if (statement.location.kind === "url") throw inlineUrl(statement.location, context);
  const open = await openStage(statement.location, session, state);
  if (open.stage.url === null && flagOf(session, "PREVENT_UNLOAD_TO_INTERNAL_STAGES"))
    throw compilationError("Unload to internal stages is disallowed by PREVENT_UNLOAD_TO_INTERNAL_STAGES.", "003139");
  const isPartitioned = statement.partitionBy !== null;
  const options = planUnloadOptions(statement.options, { isPartitioned, stageFormat: open.stage.fileFormat });
  const place = toUnloadPlace(open.path, isPartitioned);
  return { open, options, place, bound: bindUnload(statement, binder, state.unloadFormat) };
}

function inlineUrl({ url }: Extract<StageLocation, { kind: "url" }>, { session }: StatementContext): Error {
  if (flagOf(session, "PREVENT_UNLOAD_TO_INLINE_URL"))
    return compilationError(
      `Unload to inline URL '${url}' is disallowed by PREVENT_UNLOAD_TO_INLINE_URL. Use a named stage.`,
      "003138",
    );
  return unsupported("COPY INTO a URL: use a named stage");
}

/** Without OVERWRITE and without ids in the names, a COPY refuses to meet files of an earlier one. */
async function requireFree(location: StageLocation, { open, place, options }: Unload, { request }: StatementContext) {
  const base = `${place.folder}${place.base}`;
  const found = await open.files.list(base, request.signal);
  const isTaken = options.single
    ? found.some(({ key }) => key === base)
    : found.some(({ key }) => /^_\d+_\d+_\d+\./.test(key.slice(base.length)));
  if (!isTaken) return;
  const text = location.kind === "stage" ? location.text : location.url;
  throw new SqlFailure(
    "001030",
    "22000",
    `Files already existing at the unload destination: ${text}. Use overwrite option to force unloading.`,
  );
}

async function writeFiles(
  { open, options, place, bound }: Unload,
  connection: DuckDBConnection,
  { state, request, session }: StatementContext,
): Promise<readonly UnloadedFile[]> {
  const { queryId, signal } = request;
  const scratch = path.join(state.dataDir, "unload", encodeURIComponent(queryId));
  const table = `unload_${queryId.replace(/[^0-9a-zA-Z]/g, "_")}`;
  try {
    const partitions = await stageRows(connection, bound, table);
    const isNarrowed = flagOf(session, "ENABLE_UNLOAD_PHYSICAL_TYPE_OPTIMIZATION");
    const columns = isNarrowed ? await narrowColumns(connection, table, bound.columns) : bound.columns;
    const rowBytes = await measureRow(
      connection,
      table,
      bound.columns.map(({ column }) => column),
    );
    const { threads, rowsPerThread } = state.unloadFormat;
    const sizes = { threads: options.single ? 1 : threads, rowsPerThread };
    return await writePieces(planPieces(partitions, sizes), {
      connection,
      table,
      columns: fileColumns(columns, options.header),
      options,
      cut: planFileCut(options.maxFileBytes, rowBytes),
      place,
      queryId,
      files: open.files,
      scratch,
      mishap: request.unloadMishap?.() ?? NO_MISHAP,
      signal,
    });
  } finally {
    await connection.run(`DROP TABLE IF EXISTS ${table}`).catch(() => undefined);
    await rm(scratch, { recursive: true, force: true });
  }
}

function answer(
  files: readonly UnloadedFile[],
  { open, options, place }: Unload,
  { place: resultPlace, state }: StatementContext,
): Promise<ExecutedStatement> {
  const sum = (of: (file: UnloadedFile) => number) => files.reduce((total, file) => total + of(file), 0);
  const bytes = String(sum((file) => file.bytes));
  const rows = options.detailedOutput
    ? files.map(({ key, bytes, rowCount }) => [
        shownName(key, { open, place, form: state.unloadFormat.fileNames }),
        String(bytes),
        String(rowCount),
      ])
    : [[String(sum((file) => file.rowCount)), bytes, bytes]];
  return literalResult(answerColumns(options), rows, resultPlace, STATEMENT_TYPE.unload);
}

interface ShownName {
  readonly open: OpenStage;
  readonly place: UnloadPlace;
  readonly form: UnloadFormat["fileNames"];
}

function shownName(key: string, { open, place, form }: ShownName): string {
  if (form === "url") return open.files.nameOf(key);
  return form === "stage" ? key : key.slice(place.folder.length);
}

function answerColumns({ detailedOutput }: UnloadOptions): readonly BoundColumn[] {
  const count = { type: number(38, 0), nullable: false };
  return detailedOutput
    ? [
        { name: "FILE_NAME", type: TEXT, nullable: false },
        { name: "FILE_SIZE", ...count },
        { name: "ROW_COUNT", ...count },
      ]
    : ["rows_unloaded", "input_bytes", "output_bytes"].map((name) => ({ name, ...count }));
}
