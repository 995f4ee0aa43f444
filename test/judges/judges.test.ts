import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, test } from "vitest";

const python = process.env.SNOWMELT_JUDGES_PYTHON ?? "";
const deltaExtension = process.env.SNOWMELT_DUCKDB_DELTA ?? "";
const lock = readFileSync(join(import.meta.dirname, "readers.txt"), "utf8");

/** The version that the lock pins, such as "1.5.5". */
function pinned(name: string): string | undefined {
  return new RegExp(`^${name}==(\\S+)`, "m").exec(lock)?.[1];
}

describe("the locks of the judges", () => {
  test("pins the delta extension and the DuckDB of Python to the DuckDB of Node", () => {
    const manifest = readFileSync(join(import.meta.dirname, "../../packages/local/package.json"), "utf8");
    const node = /"@duckdb\/node-api": "([\d.]+)-r\.\d+"/.exec(manifest)?.[1];
    expect(node).toBeDefined();
    expect({ duckdb: pinned("duckdb"), extension: pinned("duckdb-extension-delta") }).toEqual({
      duckdb: node,
      extension: node,
    });
  });

  const locks = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".txt"));
  test.each(locks)("%s has a hash for every package and names no index", (file) => {
    const text = readFileSync(join(import.meta.dirname, file), "utf8");
    expect(text.split(/\n(?=\S)/).filter((entry) => !entry.includes("--hash=sha256:"))).toEqual([]);
    expect(text).not.toMatch(/https?:|--index|--find-links/);
  });
});

describe.skipIf(python === "")("the judges (made by npm test)", () => {
  test("are the versions that the lock pins", () => {
    const names = ["deltalake", "duckdb", "pyarrow", "sqlglot"];
    const script = `import json, importlib.metadata as m; print(json.dumps({n: m.version(n) for n in ${JSON.stringify(names)}}))`;
    const found: unknown = JSON.parse(execFileSync(python, ["-c", script], { encoding: "utf8" }));
    expect(found).toEqual(Object.fromEntries(names.map((name) => [name, pinned(name)])));
  });

  test("let the DuckDB of Node read a Delta table that delta-rs wrote, with a row deleted since", async () => {
    const table = mkdtempSync(join(tmpdir(), "snowmelt-judges-"));
    try {
      const script = [
        "import sys, pyarrow as pa, deltalake as d",
        "t = sys.argv[1]",
        "d.write_deltalake(t, pa.table({'id': [1, 2, 3], 'name': ['a', None, 'é']}))",
        "d.DeltaTable(t).delete('id = 2')",
      ].join("\n");
      execFileSync(python, ["-c", script, table]);

      const instance = await DuckDBInstance.create(":memory:");
      const connection = await instance.connect();
      await connection.run(`LOAD '${deltaExtension}'`);
      const reader = await connection.runAndReadAll(`SELECT id, name FROM delta_scan('${table}') ORDER BY id`);
      expect(reader.getRowObjects()).toEqual([
        { id: 1n, name: "a" },
        { id: 3n, name: "é" },
      ]);
      connection.closeSync();
      instance.closeSync();
    } finally {
      rmSync(table, { recursive: true });
    }
  });
});
