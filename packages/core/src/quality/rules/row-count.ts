import { z } from "zod";
import { BatchOnFail } from "../on-fail.ts";
import { type Measurement, ruleKind } from "../rule-kind.ts";
import { tallyOf } from "../rule-tally.ts";

const count = z.int().min(0);

const RowCount = z.strictObject({
  kind: z.literal("rowCount"),
  op: z.enum([">", ">=", "<", "<=", "=", "!=", "between"]),
  /** One number, or the two ends of `between`, both left out as in DQDL. */
  value: z.union([count, z.tuple([count, count]).readonly()], {
    error: "expected a whole number of rows, or two of them for between",
  }),
  onFail: BatchOnFail,
});
type RowCount = z.output<typeof RowCount>;

/** How many rows the batch holds: `rowCount(">", 0)`, `rowCount("between", [100, 200])` (both ends left out, as in DQDL). */
export function rowCount<const Op extends RowCount["op"]>(
  op: Op,
  value: Op extends "between" ? readonly [number, number] : number,
  options: { readonly onFail?: BatchOnFail } = {},
) {
  return { kind: "rowCount", op, value, ...options } as const;
}

export const rowCountRule = ruleKind(RowCount, ({ op, value, onFail }) => {
  const wanted = typeof value === "number" ? `${op} ${value}` : `${op} ${value[0]} and ${value[1]}`;
  const measure = (rows: number): Measurement => ({
    passed: compares(rows, op, value),
    expected: wanted,
    measured: `${rows}`,
    rowsFailing: null,
    samples: [],
  });
  return {
    scope: "batch",
    onFail,
    description: `row count ${wanted}`,
    columns: [],
    mismatch: () => {
      if ((op === "between") === (typeof value === "number")) {
        return op === "between" ? "between expects two numbers" : `${op} expects one number`;
      }
      return typeof value !== "number" && value[1] - value[0] < 2
        ? `between leaves both ends out, so nothing is ${wanted}`
        : undefined;
    },
    judge: ({ rowCount: rows }) => (rows === undefined ? undefined : measure(rows)),
    open: ({ before }) => {
      let rows = tallyOf(before?.tally, "rows")?.rows ?? 0;
      return {
        async observe(batch) {
          rows += batch.rowCount;
          return undefined;
        },
        finish: async () => measure(rows),
        tally: async () => ({ kind: "rows", rows }),
        async close() {},
      };
    },
  };
});

function compares(rows: number, op: RowCount["op"], value: RowCount["value"]): boolean {
  const [low, high] = typeof value === "number" ? [value, value] : value;
  switch (op) {
    case ">":
      return rows > low;
    case ">=":
      return rows >= low;
    case "<":
      return rows < low;
    case "<=":
      return rows <= low;
    case "=":
      return rows === low;
    case "!=":
      return rows !== low;
    case "between":
      return rows > low && rows < high;
    default:
      return op satisfies never;
  }
}
