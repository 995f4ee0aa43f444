import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openS3Store } from "@snowmelt/lake/s3";
import type { AwsEmulators } from "@snowmelt/local/aws";
import { type LakePlace, lakeBucket } from "./lake-place.ts";

/** A table's folder on this machine, for a reader without S3. Disposing removes it. */
export interface TableFolder extends AsyncDisposable {
  readonly path: string;
}

/** Fetches every object of a table in the bucket, log and files, byte by byte. */
export async function fetchTable(
  { endpoint, region, credentials }: AwsEmulators,
  { prefix }: LakePlace,
  table: string,
): Promise<TableFolder> {
  const folder = await mkdtemp(join(tmpdir(), "snowmelt-quickstart-"));
  await using store = openS3Store({ bucket: lakeBucket, prefix: prefix ?? "", endpoint, region, credentials });
  for await (const { key } of store.list(`${table}/`)) {
    const path = join(folder, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, (await store.get(key)) ?? new Uint8Array(0));
  }
  return {
    path: join(folder, table),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
