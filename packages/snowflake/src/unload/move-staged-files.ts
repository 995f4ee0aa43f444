import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { isSnowmeltError } from "@snowmelt/core/errors";
import { type Clock, type ObjectStore, type Random, systemClock, systemRandom } from "@snowmelt/core/ports";
import { retry } from "@snowmelt/core/retry";
import { quoteText } from "../quote.ts";
import type { SnowflakeSession } from "../session.ts";
import { snowflakeError } from "../snowflake-error.ts";
import { rangePolicy } from "../worst-case.ts";
import { type StageName, stageReference, stageText } from "./stage-name.ts";
import type { UnloadedFile } from "./unload-result.ts";

export interface MoveStagedFilesOptions {
  readonly files: readonly UnloadedFile[];
  readonly stage: StageName;
  /** Of the unload, below the stage. */
  readonly folder: string;
  readonly store: ObjectStore;
  /** Where in the store the files go, ending with `/`: `raw/flights/data/run=<attempt>/`. */
  readonly prefix: string;
  /** Files on their way at a time; each takes its size on this machine's disk. @default 4 */
  readonly parallel?: number | undefined;
  /** Holds the files on their way, and is made if absent; a killed process leaves some there. @default the system's */
  readonly temporaryFolder?: string | undefined;
  /** Told of each file once it is in the store, with its size there. */
  readonly onMoved?: ((file: UnloadedFile) => void) | undefined;
  readonly onRetry?:
    | ((failure: { readonly reason: string; readonly attempt: number; readonly delayMs: number }) => void)
    | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The driver decrypts an internal stage's files; whether the size that was told is of before or after is documented nowhere. */
const maxPaddingBytes = 16;

/**
 * Copies an unload's files from an internal stage to the lake, under their own names: each is fetched by the driver, measured,
 * and put if absent. Returns them with the sizes they have there. A file that does not come as it was announced is fetched again,
 * and RESULT_MISMATCH in the end. Throws NOT_AUTHORIZED where the role may not read the stage, and what the store throws. May be
 * repeated: a file that an earlier try put is left as it is. When it throws, abort included, nothing is under way any more;
 * what was put stays, named by nothing.
 */
export async function moveStagedFiles(
  session: Pick<SnowflakeSession, "query">,
  { files, parallel = 4, temporaryFolder = tmpdir(), onMoved, signal, ...options }: MoveStagedFilesOptions,
): Promise<readonly UnloadedFile[]> {
  const moved: UnloadedFile[] = [];
  await mkdir(temporaryFolder, { recursive: true });
  const folder = await mkdtemp(join(temporaryFolder, "snowmelt-unload-"));
  const failed = new AbortController();
  const stopped = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const waiting = files.entries();
  const work = async (): Promise<void> => {
    for (const [index, file] of waiting) {
      stopped.throwIfAborted();
      const own = join(folder, String(index));
      const inStore = { ...file, bytes: await moveFile(session, file, { ...options, own, signal: stopped }) };
      moved[index] = inStore;
      onMoved?.(inStore);
      await rm(own, { recursive: true, force: true });
    }
  };
  const workers = Array.from({ length: Math.min(parallel, files.length) }, () =>
    work().catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  try {
    await Promise.all(workers);
    return moved;
  } finally {
    await Promise.allSettled(workers);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Deletes an unload's files from its stage, after their copies are committed. May be repeated. */
export async function removeStagedFiles(
  session: Pick<SnowflakeSession, "query">,
  { stage, folder, signal }: Pick<MoveStagedFilesOptions, "stage" | "folder" | "signal">,
): Promise<void> {
  await session.query(`REMOVE ${stageReference(stage, folder)}`, [], { signal });
}

type MoveFileOptions = Omit<MoveStagedFilesOptions, "files" | "parallel" | "temporaryFolder" | "onMoved" | "signal"> & {
  /** For this file alone; made here. */
  readonly own: string;
  readonly signal: AbortSignal;
};

async function moveFile(
  session: Pick<SnowflakeSession, "query">,
  file: UnloadedFile,
  options: MoveFileOptions,
): Promise<number> {
  const { store, prefix, signal } = options;
  const key = prefix + file.name;
  const before = await store.head(key, { signal });
  if (isAnnounced(file, before?.sizeBytes)) return before.sizeBytes;
  const { path, sizeBytes } = await fetchWithRetry(session, file, options);
  const put = await store.putIfAbsent(key, createReadStream(path), { signal });
  const held = put.status === "created" ? put.meta : await store.head(key, { signal });
  if (held?.sizeBytes === sizeBytes) return sizeBytes;
  throw snowflakeError(
    "RESULT_MISMATCH",
    `${store.uri}/${key} has ${held?.sizeBytes ?? "no"} bytes; the unloaded file of that name has ${sizeBytes}. The files of this unload are given up; run again, and it is unloaded anew.`,
    { details: { key, expectedBytes: sizeBytes, foundBytes: held?.sizeBytes } },
  );
}

const isAnnounced = ({ bytes }: Pick<UnloadedFile, "bytes">, sizeBytes: number | undefined): sizeBytes is number =>
  sizeBytes !== undefined && sizeBytes <= bytes && sizeBytes >= bytes - maxPaddingBytes;

interface FetchedFile {
  readonly path: string;
  readonly sizeBytes: number;
}

async function fetchWithRetry(
  session: Pick<SnowflakeSession, "query">,
  file: UnloadedFile,
  { onRetry, clock = systemClock, random = systemRandom, ...options }: MoveFileOptions,
): Promise<FetchedFile> {
  try {
    return await retry(() => fetchFile(session, file, options), {
      what: `fetch ${options.folder}${file.name} of stage ${stageText(options.stage)}`,
      policy: rangePolicy,
      clock,
      random,
      signal: options.signal,
      onRetry: ({ error, attempt, delayMs }) =>
        onRetry?.({ reason: isSnowmeltError(error) ? error.code : "unknown", attempt, delayMs }),
    });
  } catch (error) {
    // What kept coming says more than that it did.
    const last = isSnowmeltError(error, "RETRIES_EXHAUSTED") ? error.cause : error;
    throw isSnowmeltError(last, "RESULT_MISMATCH") ? last : error;
  }
}

async function fetchFile(
  session: Pick<SnowflakeSession, "query">,
  { name, bytes }: UnloadedFile,
  { stage, folder, own, signal }: Pick<MoveFileOptions, "stage" | "folder" | "own" | "signal">,
): Promise<FetchedFile> {
  await rm(own, { recursive: true, force: true });
  await mkdir(own);
  await session.query(`GET ${stageReference(stage, folder + name)} ${quoteText(`file://${own}/`)}`, [], { signal });
  const path = join(own, basename(name));
  const sizeBytes = (await stat(path).catch(() => undefined))?.size;
  if (isAnnounced({ bytes }, sizeBytes)) return { path, sizeBytes };
  throw snowflakeError(
    "RESULT_MISMATCH",
    `${folder}${name} of stage ${stageText(stage)} was announced with ${bytes} bytes; ${sizeBytes ?? "none"} came. Nothing of this unload is taken; run again, and it is unloaded anew.`,
    { details: { stage: stageText(stage), name, expectedBytes: bytes, foundBytes: sizeBytes }, retryable: true },
  );
}
