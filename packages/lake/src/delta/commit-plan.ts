import { lakeError } from "../lake-error.ts";
import type { Action, AddFile, PartitionValues, TableAction } from "./action.ts";
import { decodeDataPath } from "./data-path.ts";

/** What another commit since the read version may have done for this one to be wrong. Metadata changes always count. */
export type ConflictRule =
  /** Appending: other files do not matter. */
  | { readonly kind: "none" }
  /** Overwriting: any file added or removed. */
  | { readonly kind: "table" }
  /** Replacing partitions: a file added to or removed from one of them. */
  | { readonly kind: "partitions"; readonly partitions: readonly PartitionValues[] }
  /** Merging by key: a file added that may hold one of the keys, or one of the touched files removed. */
  | { readonly kind: "keys"; readonly mayHoldKeys: (add: AddFile) => boolean };

/** A change to a table, decided upon one snapshot; nothing is written by making it. */
export interface CommitPlan {
  /** In the words that other engines use: `CREATE TABLE`, `WRITE`, `MERGE`, `ADD COLUMNS`. */
  readonly operation: string;
  readonly operationParameters: Readonly<Record<string, string>>;
  readonly operationMetrics?: Readonly<Record<string, string>>;
  /** The version it was decided upon; undefined when it creates the table. */
  readonly readVersion: number | undefined;
  /** `metaData.id` of the table it was decided upon; undefined when it creates the table. One that was made anew has another. */
  readonly tableId: string | undefined;
  readonly isBlindAppend: boolean;
  readonly conflictRule: ConflictRule;
  readonly actions: readonly TableAction[];
}

/** DELTA_COMMIT_INVALID when a commit would hold what the protocol forbids in one. */
export function checkActions(actions: readonly Action[]): void {
  const seen = new Set<string>();
  for (const action of actions) {
    const subject = subjectOf(action);
    if (subject === undefined) continue;
    if (seen.has(subject)) {
      throw lakeError(
        "DELTA_COMMIT_INVALID",
        `A commit may hold one action for ${subject} only, and this one has two.`,
      );
    }
    seen.add(subject);
  }
}

function subjectOf(action: Action): string | undefined {
  if ("add" in action) return `the file ${decodeDataPath(action.add.path)}`;
  if ("remove" in action) return `the file ${decodeDataPath(action.remove.path)}`;
  if ("txn" in action) return `the lane ${action.txn.appId}`;
  if ("metaData" in action) return "metaData";
  return "protocol" in action ? "protocol" : undefined;
}
