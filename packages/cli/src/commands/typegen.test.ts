import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SourceColumn } from "@snowmelt/core/types";
import { generateSchema } from "@snowmelt/snowflake";
import { expect, test } from "vitest";
import { commandLine } from "../../test/command-line.ts";
import type { SchemaReader } from "../schema-reader.ts";

const orders = join(import.meta.dirname, "../../test/fixtures/orders.ts");
const columns: readonly SourceColumn[] = [
  ["ID", "NUMBER(38,0) NOT NULL"],
  ["NOTE", "VARCHAR(100)"],
];

function typegen(live: readonly SourceColumn[] = columns) {
  const asked: unknown[] = [];
  const reader: SchemaReader = {
    async readTables(connection, names) {
      asked.push({ port: connection.port, names });
      return names.map((name) => ({ kind: "table", ...name, columns: live }));
    },
    fileText: generateSchema,
  };
  const run = (...argv: string[]) =>
    commandLine(["typegen", orders, ...argv], { cwd: folder, loadSchemaReader: async () => reader });
  const folder = mkdtempSync(join(tmpdir(), "snowmelt-typegen-"));
  return { run, asked, folder };
}

test("writes the schema file, and leaves it alone when it is what it should be", async () => {
  const { run, asked, folder } = typegen();
  const first = await run(
    "--table",
    'shop.public."Order Lines"',
    "--out",
    "made/orders.schema.ts",
    "--connection",
    "port=1",
  );
  expect([first.code, first.out]).toEqual([0, "made/orders.schema.ts: 1 table, 2 columns, written\n"]);
  expect(asked).toEqual([{ port: 1, names: [{ database: "SHOP", schema: "PUBLIC", name: "Order Lines" }] }]);
  expect(readFileSync(join(folder, "made/orders.schema.ts"), "utf8")).toContain('["ID", "NUMBER(38,0) NOT NULL"]');
  expect(readdirSync(join(folder, "made"))).toEqual(["orders.schema.ts"]);
  const second = await run("--table", 'shop.public."Order Lines"', "--out", "made/orders.schema.ts", "--json");
  expect(JSON.parse(second.out)).toMatchObject({ file: "made/orders.schema.ts", changed: false });
});

test("--check names what differs, writes nothing and fails", async () => {
  const { run, folder } = typegen([["ID", "NUMBER(10,0) NOT NULL"]]);
  const file = join(folder, "orders.schema.ts");
  const absent = await run("--table", "SHOP.PUBLIC.ORDERS", "--out", "orders.schema.ts", "--check");
  expect([absent.code, readdirSync(folder)]).toEqual([5, []]);
  expect(absent.err).toContain("orders.schema.ts is not there");
  const committed = generateSchema([{ kind: "table", database: "SHOP", schema: "PUBLIC", name: "ORDERS", columns }]);
  writeFileSync(file, committed);
  const stale = await run("--table", "SHOP.PUBLIC.ORDERS", "--out", "orders.schema.ts", "--check");
  expect(stale.code).toBe(5);
  expect(stale.err).toContain('- ["NOTE", "VARCHAR(100)"],');
  expect(stale.err).toContain('+ ["ID", "NUMBER(10,0) NOT NULL"],');
  expect(readFileSync(file, "utf8")).toBe(committed);
});

test.each(["ORDERS", "A.B.C.D", "A.B.", 'A.B."', "A.B.C; DROP TABLE X"])("a table %j is refused", async (name) => {
  const { run } = typegen();
  const { code, err } = await run("--table", name, "--out", "x.ts");
  expect(code).toBe(2);
  expect(err).toContain("--table takes DATABASE.SCHEMA.TABLE");
});

test("a file that cannot be written is a storage failure that names it", async () => {
  const { run, folder } = typegen();
  writeFileSync(join(folder, "taken"), "");
  const { code, err } = await run("--table", "A.B.C", "--out", "taken/x.ts");
  expect(code).toBe(7);
  expect(err).toContain("taken/x.ts");
});
