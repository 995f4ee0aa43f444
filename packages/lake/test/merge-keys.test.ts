import { seededRandom } from "@snowmelt/core/ports";
import type { Field, Value } from "@snowmelt/core/types";
import { landBatches, mergeLanded, planAppend, planTableLayout, toAddFile } from "@snowmelt/lake/delta";
import { describe, expect, it } from "vitest";
import { mustSnapshot, openTable } from "./delta-log.ts";
import { byP, fields, merge } from "./merge-window.ts";
import { tableRows, toBatch } from "./table-rows.ts";

describe("keys", () => {
  it.each([
    ["NULL", [[null, 1n, "a", "x"]], "MERGE_KEY_NULL", /key column ID is NULL/],
    [
      "twice in a window",
      [
        [7n, 1n, "a", "x"],
        [8n, 1n, "b", "x"],
        [7n, 1n, "b", "y"],
      ],
      "MERGE_KEY_DUPLICATE",
      /The key ID = 7 occurs twice/,
    ],
  ])("that are %s block, naming the key", async (_case, rows, code, message) => {
    const table = openTable();
    const nullable = fields.map((field) => ({ ...field, nullable: true }));
    const layout = planTableLayout(nullable, [byP]);
    const landed = await landBatches([toBatch(nullable, rows)], {
      table,
      layout,
      attemptId: "k",
      random: seededRandom(1),
    });
    const options = {
      landed,
      key: ["ID"],
      cursor: "CURSOR",
      snapshotMicros: 1n,
      attemptId: "k",
      planned: undefined,
      fields: layout.fields,
      partitionColumns: ["P"],
    };
    const made = openTable();
    await merge(made, { rows: [[99n, 1n, "a", "x"]], snapshotMicros: 1n });
    for (const { path } of landed)
      await made.store.put(`raw/t/${path}`, (await table.store.get(`raw/t/${path}`)) ?? new Uint8Array(0));
    for (const maxKeys of [undefined, 1]) {
      const merging = mergeLanded(made, { ...options, maxKeys, planned: await made.snapshot() });
      await expect(merging).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
      const creating = mergeLanded(table, { ...options, maxKeys });
      await expect(creating).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    }
    await expect(mergeLanded(table, options)).rejects.toMatchObject({
      code,
      category: "data",
      message: expect.stringMatching(message),
    });
    expect(await table.snapshot()).toBeUndefined();
  });

  it("that a table holds twice are found when one is merged", async () => {
    const table = openTable();
    await merge(table, { rows: [[1n, 1n, "a", "x"]], snapshotMicros: 1n });
    const layout = planTableLayout(fields, [byP]);
    const again = await landBatches([toBatch(fields, [[1n, 1n, "b", "x"]])], {
      table,
      layout,
      attemptId: "dup",
      random: seededRandom(2),
    });
    await table.commit(
      planAppend(
        await mustSnapshot(table),
        again.map((file) => toAddFile(file, 1n)),
      ),
    );
    await expect(merge(table, { rows: [[1n, 2n, "a", "y"]], snapshotMicros: 2n })).rejects.toThrow(
      /table holds the key ID = 1 twice/,
    );
  });

  it("may be of several columns of any type but floats, a partition column among them", async () => {
    const keyTypes: Field["type"][] = [
      { kind: "boolean" },
      { kind: "int32" },
      { kind: "decimal", precision: 38, scale: 2 },
      { kind: "date" },
      { kind: "timestamp", unit: "us", utc: false },
      { kind: "binary" },
    ];
    const wide: Field[] = [
      ...keyTypes.map((type, index): Field => ({ name: `K${index}`, type, nullable: false })),
      { name: "P", type: { kind: "string" }, nullable: false },
      { name: "V", type: { kind: "string" }, nullable: true },
    ];
    const key = [...keyTypes.map((_, index) => `K${index}`), "P"];
    const layout = planTableLayout(wide, [byP]);
    const row = (p: string, byte: number, v: string): Value[] => [
      true,
      -1,
      -(10n ** 37n),
      -719162,
      -1n,
      new Uint8Array([byte]),
      p,
      v,
    ];
    const table = openTable();
    for (const [round, rows] of [
      [row("a", 0, "1"), row("a", 1, "1"), row("b", 0, "1")],
      [row("a", 1, "2"), row("ab", 0, "2")],
    ].entries()) {
      const landed = await landBatches([toBatch(wide, rows)], {
        table,
        layout,
        attemptId: `w${round}`,
        random: seededRandom(round),
      });
      await mergeLanded(table, {
        landed,
        key,
        snapshotMicros: BigInt(round),
        attemptId: `w${round}`,
        planned: await table.snapshot(),
        fields: layout.fields,
        partitionColumns: ["P"],
      });
    }
    const found = (await tableRows(table, wide))
      .map((values) => values.slice(-3))
      .map(([bytes, p, v]) => `${p}${bytes}=${v}`);
    expect(found.sort()).toEqual(["a0=1", "a1=2", "ab0=2", "b0=1"]);
    const floating = mergeLanded(table, {
      landed: [],
      key: ["F"],
      snapshotMicros: 1n,
      attemptId: "f",
      planned: await table.snapshot(),
      fields: [{ name: "F", type: { kind: "float64" }, nullable: false }],
      partitionColumns: [],
    });
    await expect(floating).rejects.toMatchObject({ code: "MERGE_KEY_INVALID" });
  });
});
