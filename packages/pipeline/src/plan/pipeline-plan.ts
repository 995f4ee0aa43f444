import type { ManifestWindow } from "../manifest.ts";
import type { CatalogPlace } from "./catalog-place.ts";

/** What a run would do, found out without running it. Plain data; `snowmelt plan` prints it. */
export interface PipelinePlan {
  readonly pipeline: string;
  readonly environment: string;
  readonly definitionHash: string;
  readonly lake: string;
  /** The server's time the plan was made at; a run takes its own. */
  readonly snapshot: string;
  readonly datasets: readonly DatasetPlan[];
}

export type DatasetPlan = PlannedDataset | RefusedDataset;

/** Cannot be run as it is. The other datasets can. */
export interface RefusedDataset {
  readonly status: "refused";
  readonly dataset: string;
  readonly source: string;
  readonly code: string;
  readonly category: string;
  readonly message: string;
}

export interface PlannedDataset {
  readonly status: "planned";
  readonly dataset: string;
  readonly source: string;
  readonly sync: "full" | "incremental";
  /** What a run would do now. */
  readonly action: "land" | "repeat" | "settle" | "empty" | "unchanged";
  readonly why: string;
  readonly columns: readonly PlannedColumn[];
  readonly key: readonly string[];
  readonly partitionedBy: readonly string[];
  readonly rules: readonly { readonly rule: string; readonly onFail: string }[];
  readonly window: ManifestWindow | null;
  /** Rows the window holds at the source; null where counting it would not say. */
  readonly sourceRows: string | null;
  readonly sql: string;
  readonly route: "stream" | "unload";
  readonly routeReason: string;
  readonly guarantee: Guarantee;
  readonly write: "create" | "overwrite" | "merge";
  readonly table: {
    readonly uri: string;
    readonly version: number | null;
    readonly lane: string;
    readonly laneVersion: number;
  };
  /** Where the catalog has the table; null where the lake has no catalog. */
  readonly catalog: CatalogPlace | null;
  readonly extract: { readonly batchRows: number; readonly maxFileBytes: number; readonly parallel: number };
  readonly notices: readonly { readonly code: string; readonly message: string }[];
}

export interface PlannedColumn {
  readonly source: string;
  /** Snowflake's words: `NUMBER(38,0)`. */
  readonly sourceType: string;
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  /** What is made of the source column: its value, its text, or a part of it; with the policy for what does not fit. */
  readonly part: string;
}

/** What a read is worth, by name. */
export interface Guarantee {
  readonly name: "snapshot" | "statement";
  readonly text: string;
}

export const guarantees: Readonly<Record<Guarantee["name"], Guarantee>> = {
  snapshot: { name: "snapshot", text: "read as of one moment, the same for every dataset of the run" },
  statement: {
    name: "statement",
    text: "read as of the statement's own start: a view, a query or a table without time travel cannot be read as of a given moment",
  },
};
