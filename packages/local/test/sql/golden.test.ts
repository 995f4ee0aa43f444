import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { WireColumn } from "../../src/engine.ts";
import { openTestEngine, type TestEngine } from "./test-engine.ts";

interface Golden {
  readonly answers: readonly { readonly sql: string; readonly rows: readonly (readonly (string | null)[])[] }[];
}

const file = path.join(import.meta.dirname, "golden", "answers.json");
const golden = JSON.parse(await readFile(file, "utf8")) as Golden;

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine();
});
afterAll(() => test[Symbol.asyncDispose]());

it.each(golden.answers)("agrees with sqlglot: $sql", async ({ sql, rows }) => {
  const answer = await test.ask(sql);
  const types = answer.columns;
  const plain = (cells: readonly (string | null)[]) =>
    cells.map((cell, index) => (cell === null ? null : printed(cell, types[index])));
  const sorted = (list: readonly (readonly (string | null)[])[]) =>
    /ORDER BY \w+( DESC)?$/.test(sql) ? list : [...list].sort();
  expect(sorted(answer.rows.map(plain))).toEqual(sorted(rows.map((row) => row.map(canonical))));
});

/** A wire cell as Python prints the value. */
function printed(cell: string, column: WireColumn | undefined): string {
  if (column?.type === "date") return new Date(Number(cell) * 86_400_000).toISOString().slice(0, 10);
  if (column?.type === "timestamp_ntz")
    return new Date(Number(cell) * 1000).toISOString().slice(0, 19).replace("T", " ");
  if (column?.type === "boolean") return cell === "1" ? "True" : "False";
  return column?.type === "fixed" || column?.type === "real" ? String(Number(cell)) : cell;
}

/** Numbers without needless zeros; DuckDB makes a timestamp of a DATE plus an interval, where Snowflake keeps the DATE. */
function canonical(cell: string | null): string | null {
  if (cell !== null && /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(cell)) return String(Number(cell));
  return cell?.replace(/ 00:00:00$/, "") ?? null;
}
