import type { SnowflakeType } from "../../types/index.ts";

/** A problem at a path below the dataset. */
export interface DatasetProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** The types of a source's columns by exact name. */
export type SourceTypes = ReadonlyMap<string, SnowflakeType>;
