import { describe, expect, it } from "vitest";
import { queryColumns } from "./query-columns.ts";
import { compareSchemas } from "./schema-compare.ts";

const described = [
  ["ID", "NUMBER(10,0)"],
  ["NAME", "VARCHAR"],
  ["HASH", "BINARY"],
] as const;

describe("the columns of a query", () => {
  it("are the committed ones, as far as a query can tell", () => {
    const committed = [
      ["ID", "NUMBER(10,0) NOT NULL"],
      ["NAME", "VARCHAR(20)"],
      ["HASH", "BINARY(32) NOT NULL"],
    ] as const;
    const columns = queryColumns(committed, described);
    expect(columns).toEqual(committed);
    expect(compareSchemas({ columns: committed }, { columns })).toEqual([]);
  });

  it("differ where a query does tell: another type, precision or scale, a column more or less", () => {
    const committed = [
      ["ID", "NUMBER(12,0)"],
      ["NAME", "DATE"],
      ["GONE", "DATE"],
    ] as const;
    const changes = compareSchemas({ columns: committed }, { columns: queryColumns(committed, described) });
    expect(changes.map(({ kind, ...change }) => [kind, "column" in change ? change.column : null])).toEqual([
      ["typeChanged", "ID"],
      ["typeChanged", "NAME"],
      ["dropped", "GONE"],
      ["added", "HASH"],
    ]);
  });
});
