import { type ErasureRecord, erasedDigest, readErasureRecords } from "@snowmelt/lake/maintain";
import { digestRefusal, type ErasedRows, parseErasedCounts, planErasedCounts } from "@snowmelt/snowflake";
import type { InspectedSource } from "../stages/inspect-dataset.ts";
import { unlessGone } from "./ask-source.ts";
import type { LandedTable } from "./landed-table.ts";
import { notChecked } from "./rung-check.ts";
import type { SetAside } from "./set-aside.ts";
import type { RungCheck } from "./verification.ts";
import type { VerifyContext } from "./verify-context.ts";

/** Rows that were erased from a table on purpose and are at the source still. */
export interface ErasedAtSource {
  /** What to leave out of the source. */
  readonly erased: readonly ErasedRows[];
  /** What is said of them, and of erasures that cannot be told. */
  readonly checks: readonly RungCheck[];
}

interface Lake {
  readonly landed: LandedTable;
  readonly setAside: SetAside;
  readonly atMicros: bigint | undefined;
}

/**
 * Looks for the rows that the log says were erased: those that are at the source, are neither in the table nor in its
 * quarantine again, and are no more than were erased. Any other row that is missing is none of them. Asks the source for the
 * digests of those keys alone; no key is told.
 */
export async function findErased(
  context: Pick<VerifyContext, "session" | "signal">,
  inspected: InspectedSource,
  lake: Lake,
): Promise<ErasedAtSource> {
  const records = readErasureRecords(lake.landed);
  const erased: ErasedRows[] = [];
  const checks: RungCheck[] = [];
  for (const record of records) {
    const columns = landedColumns(inspected, record);
    if (!columns) {
      checks.push(
        told(
          record,
          `its key has no text that the source shares, so nobody can tell whether rows are ${erasedText(record)}`,
        ),
      );
      continue;
    }
    const present = await digestsPresent(record, lake, context.signal);
    const digests = [...record.rows.keys()].filter((digest) => !present.has(digest));
    if (digests.length === 0) continue;
    const rows: ErasedRows = { salt: record.salt, columns, digests };
    const asked = await unlessGone(async () => {
      const { sql } = planErasedCounts({ source: inspected.source, atMicros: lake.atMicros }, rows);
      return parseErasedCounts((await context.session.query(sql, [], { signal: context.signal })).rows);
    });
    if ("because" in asked) {
      checks.push(told(record, asked.because));
      continue;
    }
    const still = digests.filter((digest) => isOfErasure(asked.answer.get(digest), record.rows.get(digest)));
    if (still.length === 0) continue;
    const count = still.reduce((sum, digest) => sum + (asked.answer.get(digest) ?? 0), 0);
    erased.push({ ...rows, digests: still });
    checks.push(
      told(
        record,
        `${count === 1 ? "1 row is" : `${count} rows are`} at the source that ${count === 1 ? "was" : "were"} ${erasedText(record)} and left out of what is compared; delete them there, for a backfill or a refresh would bring them back`,
      ),
    );
  }
  return { erased, checks };
}

/** At the source, and not more often than it was erased: rows of the key that came since are not excused. */
const isOfErasure = (atSource = 0, erased = 0): boolean => atSource > 0 && atSource <= erased;

function landedColumns({ schema }: InspectedSource, { columns }: ErasureRecord): ErasedRows["columns"] | undefined {
  const found = columns.flatMap((name) => {
    const column = schema.extracted.find(({ field }) => field.name === name);
    return column && digestRefusal(column) === undefined ? [column] : [];
  });
  return found.length === columns.length ? found : undefined;
}

/** Keys of which the table, or its quarantine, has a row again. */
async function digestsPresent(
  { salt, columns, rows }: ErasureRecord,
  { landed, setAside }: Lake,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const present = new Set<string>();
  const known = columns.every((name) => !setAside.unknownColumns.includes(name));
  for (const batches of [landed.readRows({ columns }, signal), ...(known ? [setAside.readRows({ columns })] : [])])
    for await (const batch of batches)
      for (let row = 0; row < batch.rowCount; row++) {
        const digest = erasedDigest(salt, batch, row);
        if (rows.has(digest)) present.add(digest);
      }
  return present;
}

const told = ({ columns }: ErasureRecord, because: string): RungCheck =>
  notChecked("source", { name: "rows erased on purpose", subject: `the key ${columns.join(", ")}`, because });

const erasedText = ({ erasedAtMs }: ErasureRecord): string =>
  `erased from the table on purpose${erasedAtMs === undefined ? "" : ` on ${new Date(erasedAtMs).toISOString().slice(0, 10)}`}`;
