import { expect, test } from "vitest";
import { valueAt } from "./batch-rows.ts";
import { openVectorBuilder } from "./vector-builder.ts";

test("text keeps a byte order mark, wherever it stands", () => {
  const builder = openVectorBuilder({ kind: "string" });
  builder.appendText("\uFEFFa\uFEFF");
  expect(valueAt({ kind: "string" }, builder.finish(), 0)).toBe("\uFEFFa\uFEFF");
});
