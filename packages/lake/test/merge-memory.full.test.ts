import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

it.each([
  [3_000_000, 400],
  [30_000_000, 800],
])("lands and merges %i rows, then updates of a thousandth, below %i MB", async (rowCount, maxMb) => {
  const root = await mkdtemp(join(tmpdir(), "snowmelt-memory-"));
  try {
    const script = join(import.meta.dirname, "fixtures", "merge-many.ts");
    const args = ["--conditions=@snowmelt/source", script, root, `${rowCount}`];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const [first, second, usage] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(first).toMatchObject({ inserted: rowCount, rowsAfter: rowCount });
    expect(second).toMatchObject({ inserted: 0, updated: rowCount / 1_000, rowsAfter: rowCount });
    expect(usage.peakMb).toBeLessThan(maxMb);
    console.log(`${rowCount} rows: peak ${usage.peakMb.toFixed(0)} MB`);
  } finally {
    await rm(root, { recursive: true });
  }
});
