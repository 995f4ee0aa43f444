import type { WireColumn } from "../engine.ts";
import type { ChunkUrls } from "./chunk-url.ts";
import { isRunning, type QueryState } from "./query-state.ts";
import type { ResultManifest } from "./result-store.ts";
import { type Envelope, toSuccess } from "./wire-envelope.ts";
import { toWireParameters } from "./wire-parameters.ts";

/** The reply of a query that succeeded: types, first rows, and fresh URLs for the others. */
export function toResultReply(
  state: QueryState,
  manifest: ResultManifest,
  parts: { readonly inline: Readonly<Record<string, unknown>>; readonly urls: ChunkUrls; readonly origin: string },
): Envelope {
  const { urls, origin, inline } = parts;
  return toSuccess({
    ...toCommon(state, manifest.columns, manifest.statementTypeId),
    total: manifest.rowCount,
    returned: manifest.rowCount,
    queryResultFormat: manifest.format,
    ...inline,
    ...(manifest.chunks.length === 0 ? {} : toChunks(state.queryId, manifest, { urls, origin })),
    ...(manifest.download === undefined ? {} : toDownload(manifest.download)),
  });
}

/** The reply to `describeOnly`: the types of a result that was not computed. */
export function toDescribeReply(state: QueryState, columns: readonly WireColumn[], statementTypeId: number): Envelope {
  return toSuccess({
    ...toCommon(state, columns, statementTypeId),
    total: 0,
    returned: 0,
    queryResultFormat: "json",
    rowset: [],
  });
}

/** The reply while a query runs: 333334 when the client does not wait for it, 333333 when it does. */
export function toProgressReply(queryId: string, waits: boolean): Envelope {
  return {
    success: true,
    code: waits ? "333333" : "333334",
    message: waits
      ? "Query execution in progress."
      : "Asynchronous execution in progress. Use provided query id to perform query monitoring and management.",
    data: {
      queryId,
      getResultUrl: `/queries/${queryId}/result`,
      queryAbortsAfterSecs: 300,
      progressDesc: null,
    },
  };
}

/** The answer of monitoring; `status` may be another than the state's own. */
export function toMonitoringReply(state: QueryState | undefined, status: string | undefined): Envelope {
  if (state === undefined) return toSuccess({ queries: [] });
  const startMs = Number(BigInt(state.startedAtMicros) / 1000n);
  const endMs = state.endedAtMicros === null ? 0 : Number(BigInt(state.endedAtMicros) / 1000n);
  return toSuccess({
    queries: [
      {
        id: state.queryId,
        status: status ?? state.status,
        state: isRunning(state) ? "RUNNING" : "SUCCEEDED",
        sqlText: state.sqlText,
        queryTag: state.queryTag,
        userName: state.user,
        sessionId: Number(state.sessionId),
        roleName: state.began.role,
        warehouseName: state.began.warehouse,
        startTime: startMs,
        endTime: endMs,
        totalDuration: endMs === 0 ? 0 : endMs - startMs,
        stats: { producedRows: state.rowCount },
        ...(state.failure === null
          ? { errorCode: null, errorMessage: null }
          : { errorCode: state.failure.code, errorMessage: state.failure.message }),
      },
    ],
  });
}

function toCommon(state: QueryState, columns: readonly WireColumn[], statementTypeId: number) {
  return {
    parameters: toWireParameters(new Map(Object.entries(state.parameters))),
    rowtype: columns.map((column) => ({ ...column, database: "", schema: "", table: "", collation: null })),
    queryId: state.queryId,
    databaseProvider: null,
    finalDatabaseName: state.ended.database,
    finalSchemaName: state.ended.schema,
    finalWarehouseName: state.ended.warehouse,
    finalRoleName: state.ended.role,
    statementTypeId,
    version: 1,
  };
}

/** What makes a driver copy files from a folder of this machine: its own test form of a stage, without encryption. */
function toDownload({ target, folder, files }: NonNullable<ResultManifest["download"]>) {
  return {
    command: "DOWNLOAD",
    kind: null,
    operation: "Node",
    localLocation: target,
    src_locations: files,
    parallel: 1,
    threshold: 209_715_200,
    overwrite: false,
    autoCompress: false,
    sourceCompression: "none",
    encryptionMaterial: [],
    presignedUrls: [],
    stageInfo: {
      locationType: "LOCAL_FS",
      location: folder,
      path: "",
      region: "",
      creds: {},
      isClientSideEncrypted: false,
    },
  };
}

function toChunks(queryId: string, manifest: ResultManifest, { urls, origin }: { urls: ChunkUrls; origin: string }) {
  return {
    chunks: manifest.chunks.map((chunk, index) => ({
      url: urls.make(origin, { queryId, chunk: index }),
      rowCount: chunk.rowCount,
      compressedSize: chunk.compressedBytes,
      uncompressedSize: chunk.uncompressedBytes,
    })),
    qrmk: manifest.chunkKey,
    chunkHeaders: {
      "x-amz-server-side-encryption-customer-algorithm": "AES256",
      "x-amz-server-side-encryption-customer-key": manifest.chunkKey,
    },
  };
}
