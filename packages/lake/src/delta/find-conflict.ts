import type { AddFile, PartitionValues } from "./action.ts";
import type { CommitPlan, ConflictRule } from "./commit-plan.ts";
import { decodeDataPath } from "./data-path.ts";
import type { Commit } from "./snapshot.ts";

export type FileConflict =
  | { readonly reason: "metadataChanged"; readonly version: number }
  | { readonly reason: "filesChanged"; readonly version: number; readonly path: string };

/** The first thing that a commit made since the plan's read version did against the plan, if any. Pure. */
export function findConflict(plan: CommitPlan, since: readonly Commit[]): FileConflict | undefined {
  const removed = new Set(
    plan.actions.flatMap((action) => ("remove" in action ? [decodeDataPath(action.remove.path)] : [])),
  );
  for (const { version, actions } of since) {
    for (const action of actions) {
      if ("metaData" in action || "protocol" in action) return { reason: "metadataChanged", version };
      const isAgainst =
        ("add" in action && addConflicts(plan.conflictRule, action.add)) ||
        ("remove" in action &&
          (removed.has(decodeDataPath(action.remove.path)) ||
            removeConflicts(plan.conflictRule, action.remove.partitionValues ?? undefined)));
      if (isAgainst)
        return { reason: "filesChanged", version, path: "add" in action ? action.add.path : action.remove.path };
    }
  }
  return undefined;
}

function addConflicts(rule: ConflictRule, add: AddFile): boolean {
  switch (rule.kind) {
    case "none":
      return false;
    case "table":
      return true;
    case "partitions":
      return rule.partitions.some((partition) => samePartition(partition, add.partitionValues));
    case "keys":
      // Rows that were there before, in a file written anew: whoever touches one also removes its old file, and meets that.
      return add.dataChange && rule.mayHoldKeys(add);
    default:
      return rule satisfies never;
  }
}

function removeConflicts(rule: ConflictRule, partitionValues: PartitionValues | undefined): boolean {
  if (rule.kind === "table") return true;
  if (rule.kind !== "partitions") return false;
  return !partitionValues || rule.partitions.some((partition) => samePartition(partition, partitionValues));
}

/** Whether a file's partition is one asked for; columns that the question leaves out may have any value. */
export function samePartition(asked: PartitionValues, values: PartitionValues): boolean {
  return Object.entries(asked).every(([column, value]) => {
    const held = Object.hasOwn(values, column) ? values[column] : null;
    return (held === "" ? null : held) === value;
  });
}
