import { askJudge } from "../judges/judge-table.ts";
import type { LakeBucket } from "../s3/open-lake-bucket.ts";

/** A row of the tables of the races. */
export type Row = readonly [id: number, p: string];

/** What a judge is told of a table of the races. */
export function judgeSettings({ options }: LakeBucket, path: string) {
  const { endpoint, region, credentials, bucket } = options;
  return { endpoint, region, credentials, uri: `s3://${bucket}/race/${path}` };
}

export async function readByDeltaRs(
  lake: LakeBucket,
  path: string,
): Promise<{ readonly version: number; readonly rows: readonly Row[] }> {
  const told = await askJudge("read-rows.py", JSON.stringify(judgeSettings(lake, path)));
  const { version, rows } = JSON.parse(told) as { version: number; rows: Row[] };
  return { version, rows: sortRows(rows) };
}

export const sortRows = (rows: readonly Row[]): readonly Row[] => [...rows].sort(([a], [b]) => a - b);
