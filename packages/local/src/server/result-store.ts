import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ExecutedStatement, WireColumn } from "../engine.ts";
import { jsonFormat } from "./json-format.ts";
import type { ResultFormat, WriteOptions } from "./result-format.ts";
import { readJson, writeAtomically } from "./write-atomically.ts";

const Column = z.object({
  name: z.string(),
  type: z.custom<WireColumn["type"]>((type) => typeof type === "string"),
  nullable: z.boolean(),
  precision: z.number().nullable(),
  scale: z.number().nullable(),
  length: z.number().nullable(),
  byteLength: z.number().nullable(),
});

/** Files a driver copies itself, as GET answers. */
const Download = z.object({ target: z.string(), folder: z.string(), files: z.array(z.string()) });

/** What a finished result consists of. The key must come with every chunk request, as S3's SSE-C keys do. */
export const ResultManifest = z.object({
  format: z.literal("json"),
  statementTypeId: z.number(),
  columns: z.array(Column),
  rowCount: z.number(),
  inlineRows: z.number(),
  chunks: z.array(z.object({ rowCount: z.number(), compressedBytes: z.number(), uncompressedBytes: z.number() })),
  chunkKey: z.string(),
  download: Download.optional(),
});
export type ResultManifest = z.infer<typeof ResultManifest>;

/** Finished results on disk, one folder a query. Written once, then only read and in the end removed. */
export interface ResultStore {
  /** The folder of a query, whether it has a result or not. */
  folderOf(queryId: string): string;
  write(queryId: string, statement: ExecutedStatement, options: WriteOptions): Promise<ResultManifest>;
  /** `undefined` when the query has no result (any more). */
  read(queryId: string): Promise<ResultManifest | undefined>;
  readInline(queryId: string, manifest: ResultManifest): Promise<Readonly<Record<string, unknown>>>;
  /** Removes what a broken-off write left behind. */
  discard(queryId: string): Promise<void>;
  remove(queryId: string): Promise<void>;
  queryIds(): Promise<readonly string[]>;
}

const MANIFEST_FILE = "manifest.json";
const FORMATS: Readonly<Record<ResultManifest["format"], ResultFormat>> = { json: jsonFormat };

export async function openResultStore(dataDir: string): Promise<ResultStore> {
  const root = join(dataDir, "results");
  await mkdir(root, { recursive: true });
  const folderOf = (queryId: string) => join(root, queryId);
  return {
    folderOf,
    async write(queryId, statement, options) {
      const folder = folderOf(queryId);
      const { inlineRows, chunks } = await FORMATS.json.write(statement, folder, options);
      const manifest: ResultManifest = {
        format: "json",
        statementTypeId: statement.statementTypeId,
        columns: [...statement.columns],
        rowCount: statement.rowCount,
        inlineRows,
        chunks: [...chunks],
        chunkKey: randomBytes(32).toString("base64"),
        ...(statement.download === undefined
          ? {}
          : { download: { ...statement.download, files: [...statement.download.files] } }),
      };
      await writeAtomically(join(folder, MANIFEST_FILE), JSON.stringify(manifest), 0o600);
      return manifest;
    },
    read: (queryId) => readJson(join(folderOf(queryId), MANIFEST_FILE), ResultManifest),
    readInline: (queryId, manifest) => FORMATS[manifest.format].readInline(folderOf(queryId)),
    async discard(queryId) {
      const folder = folderOf(queryId);
      for (const name of await readdir(folder))
        if (name !== "query.json") await rm(join(folder, name), { force: true });
    },
    remove: (queryId) => rm(folderOf(queryId), { recursive: true, force: true }),
    queryIds: () => readdir(root),
  };
}

/** Media type under which a result's chunks are served. */
export function chunkContentType(manifest: ResultManifest): string {
  return FORMATS[manifest.format].chunkContentType;
}
