import { describe, expect, it } from "vitest";
import { type DriftInput, decideDrift } from "./drift.ts";
import { compareSchemas, schemaChangeText } from "./schema-compare.ts";
import type { SourceColumn } from "./source-table.ts";

const committed: SourceColumn[] = [
  ["ID", "NUMBER(38,0) NOT NULL"],
  ["CODE", "VARCHAR(3)"],
  ["PRICE", "NUMBER(10,2)"],
];

const changesTo = (...live: SourceColumn[]) =>
  compareSchemas({ columns: committed }, { columns: live }).map(schemaChangeText);
const [id, code, price] = committed as [SourceColumn, SourceColumn, SourceColumn];

describe("compareSchemas", () => {
  it("finds nothing between equal schemas, however their types are spelled", () => {
    expect(changesTo(...committed)).toEqual([]);
    expect(changesTo(["ID", "integer not null"], ["CODE", "varchar(3)"], ["PRICE", "DECIMAL(10, 2)"])).toEqual([]);
  });

  it("names columns that were added, dropped or spelled in another case", () => {
    expect(changesTo(id, ["code", "VARCHAR(3)"], price, ["NEW", "DATE NOT NULL"])).toEqual([
      "column CODE VARCHAR(3) was dropped",
      "column code VARCHAR(3) was added",
      "column NEW DATE was added",
    ]);
  });

  it.each([
    ["NUMBER(10,2)", "NUMBER(12,2)", "widened"],
    ["NUMBER(10,2)", "NUMBER(12,4)", "widened"],
    ["NUMBER(10,2)", "NUMBER(10,4)", "changed"],
    ["NUMBER(10,2)", "NUMBER(9,2)", "narrowed"],
    ["NUMBER(10,2)", "NUMBER(10,1)", "changed"],
    ["NUMBER(10,2)", "FLOAT", "changed"],
    ["VARCHAR(3)", "VARCHAR(30)", "widened"],
    ["VARCHAR(30)", "VARCHAR(3)", "narrowed"],
    ["TIMESTAMP_NTZ(3)", "TIMESTAMP_NTZ(9)", "widened"],
    ["TIMESTAMP_NTZ(9)", "TIMESTAMP_LTZ(9)", "changed"],
    ["BINARY(2)", "VARCHAR(4)", "changed"],
  ])("calls %s to %s %s", (from, to, direction) => {
    expect(compareSchemas({ columns: [["A", from]] }, { columns: [["A", to]] })).toEqual([
      { kind: "typeChanged", column: "A", from, to, direction },
    ]);
  });

  it("tells nullability and order apart from types", () => {
    expect(changesTo(code, ["ID", "NUMBER(38,0)"], ["PRICE", "NUMBER(10,2) NOT NULL"])).toEqual([
      "column ID may now be NULL",
      "column PRICE is now NOT NULL",
      "the order was ID, CODE, PRICE, is CODE, ID, PRICE",
    ]);
  });
});

describe("decideDrift", () => {
  const decide = (live: SourceColumn[], more: Partial<DriftInput> = {}) =>
    decideDrift({
      committed: { columns: committed },
      live: { columns: live },
      policy: "evolve",
      overrides: {},
      target: "delta",
      required: ["ID"],
      ...more,
    });

  it("goes ahead without a word when nothing changed, by every policy", () => {
    for (const policy of ["evolve", "freeze", "fail"] as const) {
      expect(decide(committed, { policy })).toEqual({
        decision: "proceed",
        changes: [],
        columns: committed,
        missing: [],
        notices: [],
      });
    }
  });

  it("fails at every change by fail, saying what to do", () => {
    const decision = decide([price, id, code], { policy: "fail" });
    expect(decision).toMatchObject({
      decision: "fail",
      problems: [expect.stringMatching(/the order was .*run typegen/)],
    });
  });

  it("says once what to do about changes that stand in the way for one reason", () => {
    const live: SourceColumn[] = [id, ["CODE", "VARCHAR(30)"], ["NEW", "DATE"]];
    expect(decide(live, { policy: "fail" })).toMatchObject({
      problems: [
        'column CODE was VARCHAR(3), is VARCHAR(30) (widened); column NEW DATE was added; run typegen to commit the live schema, or say onSchemaChange: "evolve" or "freeze"',
        'column PRICE NUMBER(10,2) was dropped; run typegen to commit the live schema, or say onSchemaChange: "evolve"',
      ],
    });
    expect(decide([["ID", "NUMBER(38,0)"]], { policy: "freeze" })).toMatchObject({
      problems: [
        expect.stringMatching(/^column ID may now be NULL, and a frozen schema declares/),
        expect.stringMatching(/^column CODE .* was dropped; column PRICE .* was dropped, and a frozen schema needs/),
      ],
    });
  });

  it("advises by fail only what lets the change pass", () => {
    const problemsOf = (live: SourceColumn[]) => {
      const decision = decide(live, { policy: "fail" });
      return decision.decision === "fail" ? decision.problems : [];
    };
    const [droppedKey] = problemsOf([code, price]);
    expect(droppedKey).toMatch(/^column ID .* was dropped; the definition needs it .*; take it out of the definition/);
    expect(droppedKey).not.toContain("onSchemaChange");
    const [dropped] = problemsOf([id, code]);
    expect(dropped).toMatch(/run typegen .*, or say onSchemaChange: "evolve"$/);
    const [changed] = problemsOf([id, code, ["PRICE", "DATE"]]);
    expect(changed).toMatch(/a table's column cannot change its type; name the landed type under columns, or land/);
    expect(changed).not.toContain("onSchemaChange");
    // What a policy lets pass is asked of the policy itself, whatever the change.
    for (const live of [
      [id, code],
      [code, price],
      [id, code, ["PRICE", "DATE"]],
      [["ID", "NUMBER(38,0)"], code, price],
    ]) {
      const told = problemsOf(live as SourceColumn[]).join();
      for (const policy of ["evolve", "freeze"] as const)
        expect(told.includes(`"${policy}"`), told).toBe(
          decide(live as SourceColumn[], { policy }).decision === "proceed",
        );
    }
  });

  it("appends what was added as nullable by evolve, and ignores it by freeze", () => {
    const live: SourceColumn[] = [["NEW", "DATE NOT NULL"], ...committed];
    expect(decide(live)).toMatchObject({
      decision: "proceed",
      columns: [...committed, ["NEW", "DATE"]],
      notices: [expect.stringContaining("rows that landed before hold NULL, whatever its DEFAULT")],
    });
    expect(decide(live, { policy: "freeze" })).toMatchObject({
      decision: "proceed",
      columns: committed,
      notices: [expect.stringContaining("does not land")],
    });
  });

  it("keeps a dropped column as NULL by evolve, unless the definition needs it", () => {
    expect(decide([id, price])).toMatchObject({ decision: "proceed", columns: committed, missing: ["CODE"] });
    expect(decide([id, price], { policy: "freeze" })).toMatchObject({ decision: "fail" });
    expect(decide([code, price])).toMatchObject({
      decision: "fail",
      problems: [expect.stringContaining("the definition needs it as a key, cursor, partition or rule column")],
    });
  });

  it("takes a type change that lands alike, and refuses one that would not", () => {
    const wider: SourceColumn[] = [id, ["CODE", "VARCHAR(30)"], price];
    for (const policy of ["evolve", "freeze"] as const) {
      expect(decide(wider, { policy })).toMatchObject({ decision: "proceed", columns: wider });
    }
    expect(decide([id, ["CODE", "VARCHAR(30) NOT NULL"], price])).toMatchObject({ decision: "proceed" });
    const priced: SourceColumn[] = [id, code, ["PRICE", "NUMBER(12,2)"]];
    expect(decide(priced)).toMatchObject({
      decision: "fail",
      problems: [
        expect.stringMatching(
          /PRICE was NUMBER\(10,2\), is NUMBER\(12,2\) \(widened\), which would land as another type/,
        ),
      ],
    });
    expect(decide(priced, { overrides: { PRICE: { kind: "decimal", precision: 12, scale: 2 } } })).toMatchObject({
      decision: "proceed",
      columns: priced,
    });
  });

  it("relaxes NOT NULL by evolve, and holds on to it by freeze", () => {
    const live: SourceColumn[] = [["ID", "NUMBER(38,0)"], code, price];
    expect(decide(live)).toMatchObject({ decision: "proceed", columns: live });
    expect(decide(live, { policy: "freeze" })).toMatchObject({ decision: "fail" });
  });
});
