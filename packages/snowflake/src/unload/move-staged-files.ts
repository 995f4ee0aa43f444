import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { ObjectStore } from "@snowmelt/core/ports";
import { quoteText } from "../quote.ts";
import type { SnowflakeSession } from "../session.ts";
import { snowflakeError } from "../snowflake-error.ts";
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
  /** Holds the files on their way. @default the system's */
  readonly temporaryFolder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The driver decrypts an internal stage's files; whether the size that was told is of before or after is documented nowhere. */
const maxPaddingBytes = 16;

/**
 * Copies an unload's files from an internal stage to the lake, under their own names: each is fetched by the driver, measured,
 * and put if absent. Returns them with the sizes they have there. Throws RESULT_UNREADABLE for a file that does not come as
 * it was announced. May be repeated: a file that an earlier try put is left as it is. Abort throws; what was put stays, named
 * by nothing.
 */
export async function moveStagedFiles(
  session: Pick<SnowflakeSession, "query">,
  { files, parallel = 4, temporaryFolder = tmpdir(), ...options }: MoveStagedFilesOptions,
): Promise<readonly UnloadedFile[]> {
  const moved: UnloadedFile[] = [];
  const folder = await mkdtemp(join(temporaryFolder, "snowmelt-unload-"));
  const waiting = files.entries();
  const work = async (): Promise<void> => {
    for (const [index, file] of waiting) {
      const own = join(folder, String(index));
      await mkdir(own);
      const bytes = await moveFile(session, file, { ...options, own });
      moved[index] = { ...file, bytes };
      await rm(own, { recursive: true });
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(parallel, files.length) }, work));
    return moved;
  } finally {
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

async function moveFile(
  session: Pick<SnowflakeSession, "query">,
  { name, bytes }: UnloadedFile,
  { stage, folder, store, prefix, signal, own }: Omit<MoveStagedFilesOptions, "files"> & { readonly own: string },
): Promise<number> {
  const given = signal ? { signal } : {};
  const key = prefix + name;
  const isWhole = (size: number | undefined): size is number =>
    size !== undefined && size <= bytes && size >= bytes - maxPaddingBytes;
  const before = await store.head(key, given);
  if (isWhole(before?.sizeBytes)) return before.sizeBytes;
  await session.query(`GET ${stageReference(stage, folder + name)} ${quoteText(`file://${own}/`)}`, [], { signal });
  const path = join(own, basename(name));
  const fetched = (await stat(path).catch(() => undefined))?.size;
  if (!isWhole(fetched)) {
    throw snowflakeError(
      "RESULT_UNREADABLE",
      `${folder}${name} of stage ${stageText(stage)} was announced with ${bytes} bytes; ${fetched ?? "none"} came.`,
      { details: { stage: stageText(stage), name, expectedBytes: bytes, foundBytes: fetched } },
    );
  }
  const put = await store.putIfAbsent(key, createReadStream(path), given);
  const held = put.status === "created" ? put.meta : await store.head(key, given);
  if (held?.sizeBytes === fetched) return fetched;
  throw snowflakeError(
    "RESULT_MISMATCH",
    `${store.uri}/${key} has ${held?.sizeBytes ?? "no"} bytes; the unloaded file of that name has ${fetched}.`,
    { details: { key, expectedBytes: fetched, foundBytes: held?.sizeBytes } },
  );
}
