import { fileURLToPath } from "node:url";
import type { ObjectStore } from "@snowmelt/core/ports";
import { lakeError } from "../lake-error.ts";
import type { S3StoreOptions } from "../s3/s3-options.ts";
import { type FileStoreOptions, openFileStore } from "./file-store.ts";

export interface OpenStoreOptions {
  readonly file?: FileStoreOptions;
  readonly s3?: Omit<S3StoreOptions, "bucket" | "prefix">;
}

/** Where a lake is, as a person writes it. */
export type StoreAddress =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "s3"; readonly bucket: string; readonly prefix: string };

/**
 * The store at a root: a path, `file:///data/lake`, or `s3://bucket/prefix`. The client of S3 is loaded only for the last.
 * No other I/O. Throws STORE_OPTIONS_INVALID for any other address.
 */
export async function openStore(root: string, options: OpenStoreOptions = {}): Promise<ObjectStore> {
  const address = parseStoreAddress(root);
  if (address.kind === "file") return openFileStore(address.path, options.file);
  const { openS3Store } = await import("../s3/open-s3-store.ts");
  return openS3Store({ ...options.s3, bucket: address.bucket, prefix: address.prefix });
}

/** `s3a://` and `s3n://` are how Hadoop and Spark write `s3://`. */
export function parseStoreAddress(root: string): StoreAddress {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]+):\/\//.exec(root)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    if (root === "" || /^(s3[an]?|file):/i.test(root)) throw unknownAddress(root);
    return { kind: "file", path: root };
  }
  if (scheme === "file") return { kind: "file", path: parseFileUrl(root) };
  if (scheme !== "s3" && scheme !== "s3a" && scheme !== "s3n") throw unknownAddress(root);
  const [bucket = "", ...path] = root.slice(scheme.length + "://".length).split("/");
  if (bucket === "") throw unknownAddress(root);
  return { kind: "s3", bucket, prefix: path.join("/").replace(/\/+$/, "") };
}

function parseFileUrl(root: string): string {
  try {
    return fileURLToPath(root);
  } catch (cause) {
    throw unknownAddress(root, cause);
  }
}

function unknownAddress(root: string, cause?: unknown): Error {
  return lakeError(
    "STORE_OPTIONS_INVALID",
    `${JSON.stringify(root)} is no place for a lake. Expected a path, a URL such as file:///data/lake, or s3://bucket/prefix.`,
    { cause, details: { root } },
  );
}
