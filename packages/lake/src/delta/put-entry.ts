import { lakeError } from "../lake-error.ts";
import { parseCommitBody } from "./commit-body.ts";
import { listLog } from "./log-listing.ts";
import { parseLogName, toCommitPath, toTableKey } from "./log-path.ts";
import { type TableLocation, tableUri } from "./read-commits.ts";

/** `late`: the version had been cleaned away long ago, and the table had gone on; what was put is taken away again. */
export type EntryPut = "ours" | "theirs" | "late";

/**
 * Puts a log entry and finds out whose it is. `exists` is never said of what this put created. After a throw the entry
 * may be there or not, so it is asked itself: the same txnId means that it is ours. The store's error is thrown when
 * there is no entry.
 */
export async function putEntry(
  table: TableLocation,
  entry: {
    readonly key: string;
    readonly body: Uint8Array;
    readonly txnId: string;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<EntryPut> {
  const owner = await put(table, entry);
  if (owner === "theirs") return "theirs";
  if (await isOfTable(table, entry.key)) return "ours";
  await lookAgain(table, entry.key, () => table.store.delete(entry.key));
  return "late";
}

async function put(
  table: TableLocation,
  { key, body, txnId, signal }: Parameters<typeof putEntry>[1],
): Promise<"ours" | "theirs"> {
  try {
    const put = await table.store.putIfAbsent(key, body, signal ? { signal } : {});
    return put.status === "created" ? "ours" : "theirs";
  } catch (error) {
    const owner = await ownerOf(table, key, txnId, error);
    if (owner === "nobody") throw error;
    return owner;
  }
}

async function ownerOf(
  table: TableLocation,
  key: string,
  txnId: string,
  cause: unknown,
): Promise<"ours" | "theirs" | "nobody"> {
  const held = await lookAgain(table, key, () => table.store.get(key), cause);
  if (!held) return "nobody";
  const isOurs = parseCommitBody(held, key).some(
    (action) => "commitInfo" in action && action.commitInfo.txnId === txnId,
  );
  return isOurs ? "ours" : "theirs";
}

/**
 * Whether what was put continues the table. It does not where the writer slept until its version was cleaned away: the
 * place was free, and readers begin at a later checkpoint. Costs one look at the entry before, and a listing only where
 * that is gone. By the store's times, for a checkpoint after ours may as well have been made from it. The run's signal
 * does not stop it: the entry is there.
 */
async function isOfTable(table: TableLocation, key: string): Promise<boolean> {
  const version = versionOf(table, key);
  if (version === undefined || version === 0) return true;
  return lookAgain(table, key, async () => {
    if (await table.store.head(toTableKey(table.path, toCommitPath(version - 1)))) return true;
    const { checkpoints, commits, versioned } = await listLog(table, { fromVersion: version - 1 });
    if (checkpoints.some((checkpoint) => checkpoint.version === version - 1)) return true;
    const putAtMs = commits.get(version)?.modifiedAtMs;
    if (putAtMs === undefined) return true;
    return !versioned.some(
      ({ version: at, meta }) => at >= version && meta.key !== key && meta.modifiedAtMs <= putAtMs,
    );
  });
}

function versionOf(table: TableLocation, key: string): number | undefined {
  const file = parseLogName(key.slice(toTableKey(table.path, "_delta_log/").length));
  return "version" in file ? file.version : undefined;
}

async function lookAgain<T>(table: TableLocation, key: string, look: () => Promise<T>, cause?: unknown): Promise<T> {
  try {
    return await look();
  } catch (error) {
    const first = cause ?? error;
    throw lakeError(
      "DELTA_COMMIT_LOST",
      `The commit of ${key} to ${tableUri(table)} was sent, and the log could not be read to learn whether the entry is there and counts: ${first instanceof Error ? first.message : String(first)} Run again when that is mended: the lane tells.`,
      { cause: first, details: { key } },
    );
  }
}
