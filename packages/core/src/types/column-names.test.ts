import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkColumnNames, maxColumnNameLength } from "./column-names.ts";

const fields = (...names: string[]) => names.map((name) => ({ name }));
const anyName = fc.oneof(
  fc.string({
    maxLength: 6,
    unit: fc.constantFrom("a", "A", "b", " ", ",", ";", "{", "}", "(", ")", "\n", "\t", "=", "_", "2"),
  }),
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.constantFrom("", "a_2", "A_2", "column_1"),
);

describe("checkColumnNames", () => {
  it("leaves names that the lake can hold as they are, whatever else is in them", () => {
    const names = ["ID", "müll", "select", "a.b", 'quo"te', "emoji😀", "back\\slash", "x".repeat(255), "__proto__"];
    for (const policy of ["fail", "rename"] as const) {
      expect(checkColumnNames(fields(...names), policy)).toEqual({ names, renames: [] });
    }
  });

  it("fails naming every name the lake cannot hold, and what is wrong with it", () => {
    expect(() => checkColumnNames(fields("ok", "a b", "c;d=", "", "x".repeat(300)), "fail")).toThrow(
      expect.objectContaining({
        code: "NAME_INVALID",
        message: expect.stringMatching(
          /"a b" holds " "; "c;d=" holds ";" "="; column 4 has an empty name; "x+…" has 300 characters/,
        ),
      }),
    );
  });

  it("fails naming every group of names that are the same but for case", () => {
    expect(() => checkColumnNames(fields("a", "B", "A", "b", "c"), "fail")).toThrow(
      expect.objectContaining({ code: "NAME_COLLISION", message: expect.stringContaining('"a" and "A"; "B" and "b"') }),
    );
  });

  it("renames by a fixed rule and lists what was renamed", () => {
    expect(checkColumnNames(fields("a b", "a_b", "A_B", "", "a b"), "rename")).toEqual({
      names: ["a_b", "a_b_2", "A_B_3", "column_4", "a_b_4"],
      renames: [
        { index: 0, from: "a b", to: "a_b" },
        { index: 1, from: "a_b", to: "a_b_2" },
        { index: 2, from: "A_B", to: "A_B_3" },
        { index: 3, from: "", to: "column_4" },
        { index: 4, from: "a b", to: "a_b_4" },
      ],
    });
  });

  it("cuts long names, numbers them within the limit and never splits a character", () => {
    const long = "x".repeat(254);
    const { names } = checkColumnNames(fields(`${long}yz`, `${long}yy`, `${long}😀`), "rename");
    expect(names).toEqual([`${long}y`, `${"x".repeat(253)}_2`, long]);
  });

  it("always gives names that pass, each told from the others", () => {
    fc.assert(
      fc.property(fc.array(anyName, { maxLength: 12 }), (names) => {
        const renamed = checkColumnNames(fields(...names), "rename");
        expect(renamed.names).toHaveLength(names.length);
        expect(new Set(renamed.names.map((name) => name.toLowerCase())).size).toBe(names.length);
        expect(renamed.names.every((name) => name.length > 0 && name.length <= maxColumnNameLength)).toBe(true);
        expect(checkColumnNames(fields(...renamed.names), "fail").names).toEqual(renamed.names);
        const restored = [...renamed.names];
        for (const { index, from } of renamed.renames) restored[index] = from;
        expect(restored).toEqual(names);
      }),
    );
  });

  it("renames nothing that has landed when columns are appended", () => {
    fc.assert(
      fc.property(fc.array(anyName, { maxLength: 8 }), fc.array(anyName, { maxLength: 4 }), (landed, added) => {
        const before = checkColumnNames(fields(...landed), "rename").names;
        const after = checkColumnNames(fields(...landed, ...added), "rename").names;
        expect(after.slice(0, landed.length)).toEqual(before);
      }),
    );
  });
});
