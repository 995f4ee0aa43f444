import type { PartitionValues } from "../delta/action.ts";
import { samePartition } from "../delta/find-conflict.ts";
import type { PlainManifest } from "./manifest-file.ts";
import type { PlainPlan } from "./plan-plain.ts";

export type PlainConflict =
  | { readonly reason: "metadataChanged"; readonly version: number }
  | { readonly reason: "filesChanged"; readonly version: number; readonly path: string };

/** The first thing that a version made since the plan's did against the plan, if any. Pure. */
export function findPlainConflict(
  plan: Pick<PlainPlan, "conflictRule" | "remove">,
  since: readonly PlainManifest[],
): PlainConflict | undefined {
  const removing = new Set(plan.remove.map(({ path }) => path));
  for (const { version, columnsChanged, files, added, removed } of since) {
    if (columnsChanged) return { reason: "metadataChanged", version };
    const isNew = new Set(added);
    const against =
      removed.find(({ path, partitionValues }) => removing.has(path) || touches(plan, partitionValues)) ??
      files.find(({ path, partitionValues }) => isNew.has(path) && touches(plan, partitionValues));
    if (against) return { reason: "filesChanged", version, path: against.path };
  }
  return undefined;
}

function touches({ conflictRule: rule }: Pick<PlainPlan, "conflictRule">, values: PartitionValues): boolean {
  switch (rule.kind) {
    case "none":
      return false;
    case "table":
      return true;
    case "partitions":
      return rule.partitions.some((asked) => samePartition(asked, values));
    default:
      return rule satisfies never;
  }
}
