import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, systemRandom } from "@snowmelt/core/ports";
import { type ColumnBatch, type Field, openVectorBuilder } from "@snowmelt/core/types";
import { landBatches, mergeLanded, openDeltaTable, planTableLayout } from "@snowmelt/lake/delta";
import { openPlainTable, planPlainOverwrite, planPlainTable, toPlainFile } from "@snowmelt/lake/plain";
import { openFileStore } from "@snowmelt/lake/store";

const fields: readonly Field[] = [
  { name: "ID", type: { kind: "int64" }, nullable: false },
  { name: "NAME", type: { kind: "string" }, nullable: true },
  { name: "ZONE", type: { kind: "string" }, nullable: true },
];

export type Customer = readonly [id: number, name: string, zone: string];

/** A lake in a folder, with a table at `raw/customers` that has a window of the live lane for each list. */
export async function lakeWith(windows: readonly (readonly Customer[])[]) {
  const lake = mkdtempSync(join(tmpdir(), "snowmelt-cli-lake-"));
  for (const [at, rows] of windows.entries()) await land(lake, rows, at + 1);
  return { lake, address: join(lake, "raw", "customers") };
}

export async function land(lake: string, rows: readonly Customer[], n: number, path = "raw/customers") {
  const table = openDeltaTable({ store: openFileStore(lake), path, clock: systemClock, random: systemRandom });
  const layout = byZone;
  const attemptId = systemRandom.uuid();
  const landed = await landBatches([toBatch(rows)], { table, layout, attemptId, random: systemRandom });
  const outcome = await mergeLanded(table, {
    landed,
    key: ["ID"],
    snapshotMicros: BigInt(n),
    attemptId,
    planned: await table.snapshot(),
    fields: layout.fields,
    partitionColumns: layout.partitionColumns,
    lanes: [{ appId: "snowmelt/local/shop/customers/live", n, hi: 1_767_225_600_000_000n + BigInt(n) * 60_000_000n }],
  });
  if (outcome.status !== "committed") throw new Error(`not committed: ${outcome.status}`);
}

/** A plain Parquet table at `raw/customers` in a folder, whose rows each list has replaced. */
export async function plainLakeWith(versions: readonly (readonly Customer[])[]) {
  const lake = mkdtempSync(join(tmpdir(), "snowmelt-cli-lake-"));
  const place = { store: openFileStore(lake), path: "raw/customers", clock: systemClock, random: systemRandom };
  const table = openPlainTable(place);
  const [layout, partitionColumns] = [byZone, ["ZONE"]];
  for (const [at, rows] of versions.entries()) {
    const attemptId = `attempt-${at}`;
    const landed = await landBatches([toBatch(rows)], { table, layout, attemptId, random: systemRandom });
    const files = landed.map((file) => toPlainFile(file, 1n));
    const held = await table.snapshot();
    const plan = held
      ? planPlainOverwrite(held, files)
      : planPlainTable({ id: "id", name: "customers", fields, partitionColumns, createdAtMs: 1, files });
    const outcome = await table.commit(plan, { info: { attemptId, runId: `run-${at}` } });
    if (outcome.status !== "committed") throw new Error(`not committed: ${outcome.status}`);
  }
  return { lake, address: join(lake, "raw", "customers") };
}

const byZone = planTableLayout(fields, [{ kind: "identity", column: "ZONE" }]);

function toBatch(rows: readonly Customer[]): ColumnBatch {
  const [id, name, zone] = fields.map(({ type }) => openVectorBuilder(type, rows.length));
  for (const row of rows) {
    id?.appendInt64(BigInt(row[0]));
    name?.appendText(row[1]);
    zone?.appendText(row[2]);
  }
  const columns = [id, name, zone].flatMap((builder) => builder?.finish() ?? []);
  return { fields, columns, rowCount: rows.length };
}
