import { join } from "node:path";
import { seededRandom, systemClock } from "@snowmelt/core/ports";
import type { Field, PartitionTransform, Value } from "@snowmelt/core/types";
import { type DeltaTable, landBatches, mergeLanded, openDeltaTable, planTableLayout } from "@snowmelt/lake/delta";
import { openFileStore } from "@snowmelt/lake/store";
import { describe, expect, it } from "vitest";
import { mustSnapshot } from "./delta-log.ts";
import { asSparkSees } from "./judges/as-spark-sees.ts";
import type { Spark, SparkRows } from "./judges/open-spark.ts";
import { merge, fields as mergeFields, sorted } from "./merge-window.ts";
import { toBatch } from "./table-rows.ts";

/** What Spark sees of tables: their live files, by the log, and the log's checkpoint, for it knows nothing of Delta by itself. */
export function sparkTables(opened: () => { readonly spark: Spark; readonly root: string }): void {
  const open = (path: string): DeltaTable => {
    const store = openFileStore(opened().root);
    return openDeltaTable({ store, path, clock: systemClock, random: seededRandom(path.length) });
  };
  const readLive = async (table: DeltaTable): Promise<SparkRows> => {
    const { spark, root } = opened();
    const base = join(root, table.path);
    const { files } = await mustSnapshot(table);
    const { columns, rows } = await spark.read({ base, files: [...files.keys()].map((path) => join(base, path)) });
    // The folder of the attempt that wrote a file looks like a partition too.
    const isOfTable = (_value: unknown, index: number): boolean => columns[index]?.[0] !== "run";
    return { columns: columns.filter(isOfTable), rows: rows.map((row) => row.filter(isOfTable)) };
  };

  describe("reads of our tables", () => {
    it("partitions by the names of their folders, and every value of the files", async () => {
      const table = open("partitions");
      const fields: readonly Field[] = [
        { name: "ID", type: { kind: "int64" }, nullable: false },
        { name: "D", type: { kind: "date" }, nullable: true },
        { name: "T", type: { kind: "timestamp", unit: "us", utc: true }, nullable: true },
        { name: "S", type: { kind: "string" }, nullable: true },
      ];
      const words = ["a b", "a/b", "50%", "k=v", "é", "😀", "#?&+", "'\"", "{a}[b]*^", null];
      const days = [-719_162, -171_600, 0, null];
      const rows = words.map((word, id): Value[] => [
        BigInt(id),
        days[id % days.length] ?? null,
        BigInt(id - 5) * 10n ** 16n,
        word,
      ]);
      const partitionBy: PartitionTransform[] = [
        { kind: "identity", column: "S" },
        { kind: "month", column: "D" },
        { kind: "day", column: "T" },
      ];
      const layout = planTableLayout(fields, partitionBy);
      const { random } = table;
      await mergeLanded(table, {
        landed: await landBatches([toBatch(fields, rows)], { table, layout, attemptId: "a", random }),
        key: ["ID"],
        snapshotMicros: 1n,
        attemptId: "a",
        planned: undefined,
        fields: layout.fields,
        partitionColumns: layout.partitionColumns,
      });
      const seen = await readLive(table);
      const text = { kind: "string" } as const;
      const withPartitions = [
        ...fields.slice(0, 3),
        ...["S", "D_month", "T_day"].map((name) => ({ name, type: text, nullable: true })),
      ];
      const iso = (value: Value, micros: bigint, length: number): string | null =>
        value === null
          ? null
          : new Date(Number((BigInt(Number(value)) * micros) / 1000n)).toISOString().slice(0, length);
      const expected = asSparkSees(
        withPartitions,
        rows.map(([id = null, date = null, at = null, word = null]) => [
          id,
          date,
          at,
          word,
          iso(date, 86_400_000_000n, 7),
          iso(at, 1n, 10),
        ]),
      );
      expect(seen.columns).toEqual(expected.columns);
      expect(seen.rows.toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual(expected.rows);
    }, 60_000);

    it("merged rows, of files written anew", async () => {
      const table = open("merged");
      const row = (id: number, cursor: bigint, value: string): Value[] => [
        BigInt(id),
        cursor,
        id % 2 ? "a" : null,
        value,
      ];
      const ids = Array.from({ length: 500 }, (_, id) => id);
      await merge(table, { rows: ids.map((id) => row(id, 1n, `v${id}`)), snapshotMicros: 1n, n: 1 });
      const changed = ids.filter((id) => id % 7 === 0);
      await merge(table, {
        rows: [...changed, 777].map((id) => row(id, 2n, `new ${id}`)),
        snapshotMicros: 2n,
        n: 2,
      });
      const order = ["ID", "CURSOR", "V", "P"].map((name) => mergeFields.findIndex((field) => field.name === name));
      const expected = asSparkSees(
        order.flatMap((index) => mergeFields[index] ?? []),
        (await sorted(table)).map((values) => order.map((index) => values[index] ?? null)),
      );
      expect(expected.rows).toHaveLength(501);
      const seen = await readLive(table);
      expect(seen.columns).toEqual(expected.columns);
      expect(seen.rows.toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual(expected.rows);
    }, 60_000);

    it("a checkpoint: every action as the log has it", async () => {
      const table = open("checkpoint");
      for (const n of [1, 2, 3]) {
        const rows = [[BigInt(n % 2), BigInt(n), n === 3 ? null : "é/ü k=v", `v${n}`]];
        await merge(table, { rows, snapshotMicros: BigInt(n), n, hi: BigInt(n) });
      }
      expect(await table.checkpoint()).toMatchObject({ status: "written", version: 2 });
      const { spark, root } = opened();
      const file = join(root, table.path, "_delta_log", `${"2".padStart(20, "0")}.checkpoint.parquet`);
      const { columns, rows } = await spark.read({ files: [file] });
      const actions = (kind: string): unknown[] => {
        const index = columns.findIndex(([name]) => name === kind);
        return rows.flatMap((row) => (row[index] == null ? [] : [JSON.parse(row[index])]));
      };
      const snapshot = await mustSnapshot(table);
      const withoutTags = ({ tags, ...add }: { readonly tags?: unknown; readonly path?: string }) => add;
      const byPath = (a: { path?: string }, b: { path?: string }) => (`${a.path}` < `${b.path}` ? -1 : 1);
      const adds = actions("add") as { readonly path: string; readonly tags: unknown }[];
      expect(adds.map(withoutTags).toSorted(byPath)).toEqual(
        [...snapshot.files.values()].map(withoutTags).toSorted(byPath),
      );
      expect(actions("protocol")).toMatchObject([{ ...snapshot.protocol }]);
      expect(actions("metaData")).toMatchObject([
        { id: snapshot.metaData.id, schemaString: snapshot.metaData.schemaString, partitionColumns: ["P"] },
      ]);
      expect((actions("txn") as { appId: string }[]).map(({ appId }) => appId).toSorted()).toEqual(
        [...snapshot.txns.keys()].toSorted(),
      );
      expect(actions("remove")).toHaveLength(snapshot.tombstones.size);
    }, 60_000);
  });
}
