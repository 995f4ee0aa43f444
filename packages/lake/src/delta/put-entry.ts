import { lakeError } from "../lake-error.ts";
import { parseCommitBody } from "./commit-body.ts";
import { type TableLocation, tableUri } from "./read-commits.ts";

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
): Promise<"ours" | "theirs"> {
  const { key, body, txnId, signal } = entry;
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
  let held: Uint8Array | undefined;
  try {
    held = await table.store.get(key);
  } catch {
    throw lakeError(
      "DELTA_COMMIT_LOST",
      `The answer to the commit of ${key} to ${tableUri(table)} was lost, and the entry could not be read to learn whether it is there. Run again: the lane tells.`,
      { cause, details: { key } },
    );
  }
  if (!held) return "nobody";
  const isOurs = parseCommitBody(held, key).some(
    (action) => "commitInfo" in action && action.commitInfo.txnId === txnId,
  );
  return isOurs ? "ours" : "theirs";
}
