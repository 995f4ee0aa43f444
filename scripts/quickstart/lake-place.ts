/** Where a quickstart's rows go: an environment of platform.ts, and where its lake is found. */
export interface LakePlace {
  readonly environment: "local" | "local-s3" | "local-unload";
  /** In the bucket; null for the folder. */
  readonly prefix: string | null;
  readonly database: string;
  /** Whether Snowflake writes the files itself. */
  readonly unloads: boolean;
}

export const lakeBucket = "snowmelt-lake";

const folder: LakePlace = { environment: "local", prefix: null, database: "", unloads: false };
const streamed: LakePlace = {
  environment: "local-s3",
  prefix: "streamed",
  database: "streamed_raw",
  unloads: false,
};
const unloaded: LakePlace = {
  environment: "local-unload",
  prefix: "unloaded",
  database: "unloaded_raw",
  unloads: true,
};

/** Of the flags. Throws for --unload without --s3: Snowflake unloads into buckets. */
export function lakePlace({ s3, unload }: { readonly s3?: boolean; readonly unload?: boolean }): LakePlace {
  if (unload && !s3) throw new Error("--unload goes with --s3: Snowflake unloads into a bucket, not into a folder.");
  if (unload) return unloaded;
  return s3 ? streamed : folder;
}
