import { describe, expect, it } from "vitest";
import type { Field } from "./column-batch.ts";
import { evolveFields } from "./evolve-fields.ts";

const id: Field = { name: "ID", type: { kind: "int64" }, nullable: false };
const code: Field = { name: "CODE", type: { kind: "string" }, nullable: true };
const day: Field = { name: "DAY", type: { kind: "date" }, nullable: false };

describe("evolveFields", () => {
  it("leaves a table alone that holds what comes", () => {
    expect(evolveFields([id, code], [code, id])).toEqual({ status: "same", fields: [id, code] });
    expect(evolveFields([id, code], [id])).toEqual({ status: "same", fields: [id, code] });
  });

  it("appends new fields as nullable and relaxes NOT NULL where a field is missing or may be NULL", () => {
    expect(evolveFields([id, code], [day, { ...id, nullable: true }])).toEqual({
      status: "evolved",
      fields: [{ ...id, nullable: true }, code, { ...day, nullable: true }],
      added: ["DAY"],
      relaxed: ["ID"],
    });
    expect(evolveFields([id, code], [code])).toMatchObject({ status: "evolved", relaxed: ["ID"] });
  });

  it("refuses another type, and a name that differs in case alone", () => {
    expect(
      evolveFields(
        [id, code],
        [
          { ...id, type: { kind: "decimal", precision: 20, scale: 0 } },
          { ...code, name: "code" },
        ],
      ),
    ).toEqual({
      status: "conflict",
      conflicts: [
        "column ID is int64 in the table, decimal(20,0) in what comes",
        "the table has CODE, what comes is code: names differ in case alone",
      ],
    });
  });
});
