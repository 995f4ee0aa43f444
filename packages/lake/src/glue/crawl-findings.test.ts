import { expect, test } from "vitest";
import { parseFindings } from "./crawl-findings.ts";

const none = { added: 0, updated: 0, deleted: 0 };

test("counts are read from objects and from texts inside texts", () => {
  const inner = JSON.stringify({ Details: { names: ["a", "b"] }, Count: 2 });
  const nested = JSON.stringify({
    TABLE: JSON.stringify({ ADD: inner }),
    PARTITION: { UPDATE: { Count: 7 }, DELETE: 1 },
  });
  expect(parseFindings(nested)).toEqual({
    tables: { ...none, added: 2 },
    partitions: { added: 0, updated: 7, deleted: 1 },
  });
  expect(parseFindings("{}")).toEqual({ tables: none, partitions: none });
});

test.each([[""], ["Tables created: 1"], ['{"TABLE":[]}'], ['{"TABLE":{"ADD":{"count":1}}}'], ["null"], ['"x"']])(
  "%s is not taken for counts",
  (summary) => {
    expect(parseFindings(summary)).toBeUndefined();
  },
);
