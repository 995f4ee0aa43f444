import type { SnapshotVerification } from "@snowmelt/lake/delta";
import type { Predicate } from "@snowmelt/lake/read";
import { type CursorWindow, digestRefusal, parseRowDigest, planRowDigest, type RowDigest } from "@snowmelt/snowflake";
import type { InspectedSource } from "../stages/inspect-dataset.ts";
import { unlessGone } from "./ask-source.ts";
import type { LandedTable } from "./landed-table.ts";
import { openRowDigester } from "./row-digest.ts";
import { compared, excused, notChecked } from "./rung-check.ts";
import type { RungCheck } from "./verification.ts";
import type { VerifyContext } from "./verify-context.ts";

/** Digests every row at the source and in the lake. Columns without a text in common are left out, and named. */
export async function verifyDigest(
  { session, signal }: Pick<VerifyContext, "session" | "signal">,
  { schema, source }: InspectedSource,
  {
    landed,
    files,
    window,
    where,
    atMicros,
    excuse,
  }: {
    readonly landed: LandedTable;
    readonly files: Pick<SnapshotVerification, "profiles">;
    readonly window: CursorWindow | undefined;
    readonly where: Predicate | undefined;
    readonly atMicros: bigint | undefined;
    readonly excuse: string | undefined;
  },
): Promise<RungCheck[]> {
  const refused = schema.extracted.flatMap((column) => {
    const because = digestRefusal(column);
    return because === undefined ? [] : [notChecked("digest", { name: "rows", subject: column.field.name, because })];
  });
  const columns = schema.extracted.filter((column) => digestRefusal(column) === undefined);
  const subject = `${columns.length} of ${schema.extracted.length} columns`;
  const not = (because: string): RungCheck[] => [notChecked("digest", { name: "rows", subject, because }), ...refused];
  if (columns.length === 0) return not("no column has a text that both sides have one form of");
  if (!files.profiles) return not("not every value of the table could be decoded");
  const asked = await unlessGone(async () => {
    const { sql } = planRowDigest({ source, columns, window, atMicros });
    return parseRowDigest((await session.query(sql, [], { signal })).rows);
  });
  if ("because" in asked) return not(asked.because);
  const digester = openRowDigester();
  const names = columns.map(({ field }) => field.name);
  for await (const batch of landed.readRows({ columns: names, ...(where ? { where } : {}) }, signal))
    digester.add(batch);
  const expected = digestText(asked.answer);
  const check = compared("digest", { name: "rows", subject, expected, actual: digestText(digester.digest()) });
  return [excused(check, excuse), ...refused];
}

const digestText = ({ rowCount, upper, lower }: RowDigest): string =>
  `${rowCount} rows, ${upper.toString(16)}-${lower.toString(16)}`;
