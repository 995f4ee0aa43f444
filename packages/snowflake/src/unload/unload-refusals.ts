import type { Rule } from "@snowmelt/core/quality";
import type { LandedColumn } from "@snowmelt/core/types";
import { unloadExpression } from "./unload-expression.ts";

/** Something that the unload route cannot do as the stream route does, in words that fit behind "because". */
export interface UnloadRefusal {
  /** The source column; absent where it is the dataset's doing. */
  readonly column?: string;
  readonly reason: string;
}

export interface UnloadRefusalsInput {
  readonly landed: readonly LandedColumn[];
  /** @default none */
  readonly quality?: readonly Rule[];
}

/**
 * What keeps a dataset from being unloaded; empty when nothing does. Pure. A dataset with a refusal is streamed: the two
 * routes never land different values. Whether Snowflake's files have the declared types is seen when they are registered.
 */
export function unloadRefusals({ landed, quality = [] }: UnloadRefusalsInput): readonly UnloadRefusal[] {
  const columns = landed.flatMap((column, index): UnloadRefusal[] => {
    const expression = unloadExpression(column, "c", index);
    return expression.kind === "refused" ? [{ column: column.source, reason: expression.reason }] : [];
  });
  const rules = quality.some(({ onFail }) => onFail === "quarantine")
    ? [{ reason: "a quality rule quarantines rows, which are split off as they pass through; an unload's rows do not" }]
    : [];
  return [...columns, ...rules];
}
