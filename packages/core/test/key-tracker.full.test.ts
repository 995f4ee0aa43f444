import { tmpdir } from "node:os";
import { openKeyTracker } from "@snowmelt/core/quality";
import { type Field, type LandType, openVectorBuilder, type VectorBuilder } from "@snowmelt/core/types";
import { describe, expect, it } from "vitest";

const batchRows = 100_000;

/** Tracks `rows` keys, of which key 0 comes a second time at the end, and gives the report and the memory it took. */
async function track(rows: number, type: LandType, append: (builder: VectorBuilder, key: number) => void) {
  const fields: Field[] = [{ name: "K", type, nullable: false }];
  await using tracker = openKeyTracker({ fields, key: ["K"], nulls: "exclude", spillDirectory: tmpdir() });
  const before = process.memoryUsage.rss();
  let peak = before;
  for (let row = 0; row < rows; row += batchRows) {
    const builder = openVectorBuilder(type, batchRows);
    for (let key = row; key < row + batchRows; key++) append(builder, (key === rows - 1 ? 0 : key) * 7919);
    await tracker.observe({ fields, columns: [builder.finish()], rowCount: batchRows });
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  const report = await tracker.finish();
  peak = Math.max(peak, process.memoryUsage.rss());
  return { report, grownMegabytes: (peak - before) / 1e6 };
}

describe("openKeyTracker, over many rows", () => {
  it("finds the one key that is twice among 30,000,000 numbers, spilled, in bounded memory", async () => {
    const { report, grownMegabytes } = await track(30_000_000, { kind: "int64" }, (builder, key) => {
      builder.appendWords(key >>> 0, Math.floor(key / 2 ** 32));
    });
    expect(report).toMatchObject({ rows: 30_000_000, duplicateKeys: 1, samples: [{ key: "0", count: 2 }] });
    expect(report.spilledBytes).toBeGreaterThan(100_000_000);
    expect(grownMegabytes).toBeLessThan(400);
  });

  it("finds the one key that is twice among 10,000,000 texts, spilled, in bounded memory", async () => {
    const { report, grownMegabytes } = await track(10_000_000, { kind: "string" }, (builder, key) => {
      builder.appendText(`order-2026-${key}`);
    });
    expect(report).toMatchObject({ rows: 10_000_000, duplicateKeys: 1, samples: [{ key: "order-2026-0", count: 2 }] });
    expect(report.spilledBytes).toBeGreaterThan(100_000_000);
    expect(grownMegabytes).toBeLessThan(400);
  });
});
