import type { ColumnBatch, LandedColumn } from "@snowmelt/core/types";
import { rowText, type SnapshotVerification } from "@snowmelt/lake/delta";
import {
  type CursorWindow,
  digestRefusal,
  openRowDigester,
  parseRowDigest,
  planRowDigest,
  rowDigestText,
} from "@snowmelt/snowflake";
import { type AskedSource, sourceAt, unlessGone } from "./ask-source.ts";
import { compared, excused, notChecked } from "./rung-check.ts";
import type { RungCheck } from "./verification.ts";
import type { VerifyContext } from "./verify-context.ts";

/** Rows in batches of these columns, in this order. */
export type RowsOf = (columns: readonly string[]) => AsyncIterable<ColumnBatch>;

/** Digests every row at the source and in the lake. Columns without a text in common are left out, and named. */
export async function verifyDigest(
  { session, signal }: Pick<VerifyContext, "session" | "signal">,
  inspected: AskedSource,
  {
    rowsOf,
    files,
    window,
    atMicros,
    excuse,
    unknown,
  }: {
    readonly rowsOf: RowsOf;
    /** Columns that some of those rows have no values of. */
    readonly unknown: readonly string[];
    readonly files: Pick<SnapshotVerification, "profiles">;
    readonly window: CursorWindow | undefined;
    readonly atMicros: bigint | undefined;
    readonly excuse: string | undefined;
  },
): Promise<RungCheck[]> {
  const { schema } = inspected;
  const refusal = (column: LandedColumn): string | undefined =>
    digestRefusal(column) ??
    (unknown.includes(column.field.name) ? "rows are in quarantine, whose table is older than the column" : undefined);
  const refused = schema.extracted.flatMap((column) => {
    const because = refusal(column);
    return because === undefined ? [] : [notChecked("digest", { name: "rows", subject: column.field.name, because })];
  });
  const columns = schema.extracted.filter((column) => refusal(column) === undefined);
  const subject = `${columns.length} of ${schema.extracted.length} columns`;
  const not = (because: string): RungCheck[] => [notChecked("digest", { name: "rows", subject, because }), ...refused];
  if (columns.length === 0) return not("no column has a text that both sides have one form of");
  if (!files.profiles) return not("not every value of the table could be decoded");
  const asked = await unlessGone(async () => {
    const { sql } = planRowDigest({ columns, window, ...sourceAt(inspected, atMicros) });
    return parseRowDigest((await session.query(sql, [], { signal })).rows);
  });
  if ("because" in asked) return not(asked.because);
  const digester = openRowDigester();
  const names = columns.map(({ field }) => field.name);
  for await (const batch of rowsOf(names))
    for (let row = 0; row < batch.rowCount; row++) digester.add(rowText(batch, row));
  const expected = rowDigestText(asked.answer);
  const check = compared("digest", { name: "rows", subject, expected, actual: rowDigestText(digester.take()) });
  return [excused(check, excuse), ...refused];
}
