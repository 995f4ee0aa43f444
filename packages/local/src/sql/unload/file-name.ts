import type { UnloadOptions } from "./unload-options.ts";

/** Where a COPY's files go, below the stage's root: a folder (empty, or with a slash at its end) and how names begin. */
export interface UnloadPlace {
  readonly folder: string;
  readonly base: string;
}

/**
 * A location that ends with a slash is a folder, whose files begin with `data`; without one its last step is how the
 * files' names begin. With PARTITION BY it is a folder in any case.
 */
export function toUnloadPlace(path: string, isPartitioned: boolean): UnloadPlace {
  const isFolder = path === "" || path.endsWith("/");
  if (isFolder) return { folder: path, base: "data" };
  if (isPartitioned) return { folder: `${path}/`, base: "data" };
  const cut = path.lastIndexOf("/") + 1;
  return { folder: path.slice(0, cut), base: path.slice(cut) };
}

export interface FilePlace {
  /** The query's id, when names carry it. */
  readonly queryId: string | null;
  readonly thread: number;
  /** Which of the thread's files it is. */
  readonly file: number;
}

/** `data_<query id>_003_3_0.snappy.parquet`, or `data_3_3_0.snappy.parquet` without the id. */
export function fileName(base: string, place: FilePlace, compression: UnloadOptions["compression"]): string {
  const { queryId, thread, file } = place;
  const threads = queryId === null ? `${thread}` : `${queryId}_${String(thread).padStart(3, "0")}`;
  return `${base}_${threads}_${thread}_${file}${extensionOf(compression)}`;
}

function extensionOf(compression: UnloadOptions["compression"]): string {
  return compression === "NONE" ? ".parquet" : ".snappy.parquet";
}
