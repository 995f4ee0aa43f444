/**
 * Cells a second that the decoder turns from the driver's text into columns, by type, in CPU time of one thread.
 *
 *     npm run bench -- decode [rows]
 */
import { type ColumnOverride, planLanding } from "@snowmelt/core/types";
import { openDecoder, planExtract } from "@snowmelt/snowflake";
import type { Bench } from "./bench.ts";

const slabRows = 1024;
const source = { table: { database: "D", schema: "S", name: "T" } };
const day = (row: number): string => new Date(Date.UTC(2001, 0, 1 + (row % 3650))).toISOString().slice(0, 10);
const integer: ColumnOverride = { kind: "integer" };

const cases: readonly (readonly [
  name: string,
  type: string,
  cell: (row: number) => string,
  override?: ColumnOverride,
])[] = [
  ["integer, 7 digits", "NUMBER(38,0)", (row) => String(row), integer],
  ["integer, 18 digits", "NUMBER(18,0)", (row) => String(123456789012345678n + BigInt(row))],
  ["decimal(9,2)", "NUMBER(9,2)", (row) => (row / 100).toFixed(2)],
  ["decimal(18,4)", "NUMBER(18,4)", (row) => (row / 7).toFixed(4)],
  ["decimal(38,0), small", "NUMBER(38,0)", (row) => String(row)],
  ["decimal(38,10), 30 digits", "NUMBER(38,10)", (row) => `12345678901234567890.${String(row).padStart(10, "0")}`],
  ["float", "FLOAT", (row) => (row / 7).toExponential(16)],
  ["boolean", "BOOLEAN", (row) => (row % 2 ? "true" : "false")],
  ["date", "DATE", day],
  ["timestamp_ntz", "TIMESTAMP_NTZ(9)", (row) => `${day(row)}T12:34:56.123456000`],
  ["timestamp_tz", "TIMESTAMP_TZ(9)", (row) => `${day(row)}T12:34:56.123456000+05:30`],
  ["text, 3 characters", "VARCHAR(3)", (row) => ["ABQ", "SFO", "JFK"][row % 3] ?? ""],
  ["text, 40 characters", "VARCHAR(100)", (row) => `some text with a number ${row} at its end`.padEnd(40)],
  ["text, not ASCII", "VARCHAR(100)", (row) => `größer ${row} 😀`],
  ["binary, 16 bytes", "BINARY(16)", (row) => String(row).padStart(32, "0")],
];

/** Million cells a CPU second; every twentieth cell is NULL. */
function measure([, type, cell, override]: (typeof cases)[number], rowCount: number): number {
  const landed = planLanding([["C", type]], override ? { C: override } : {}, "delta");
  const plan = planExtract({ source, landed });
  const slabs: (string | null)[][][] = [];
  for (let row = 0; row < rowCount; row += slabRows) {
    slabs.push(Array.from({ length: slabRows }, (_, at) => [at % 20 === 19 ? null : flat(cell(row + at))]));
  }
  const decodeAll = (): void => {
    const decoder = openDecoder(plan, 200_000);
    for (const [index, slab] of slabs.entries()) {
      decoder.append(slab, index * slabRows);
      if (decoder.rowCount > 200_000) decoder.finish();
    }
  };
  decodeAll();
  const { user, system } = process.cpuUsage();
  decodeAll();
  const spent = process.cpuUsage({ user, system });
  return (slabs.length * slabRows) / (spent.user + spent.system);
}

/** A string as JSON.parse makes it: one piece, not a rope of its parts. */
const flat = (text: string): string => JSON.parse(JSON.stringify(text));

export const bench: Bench = async ([rows = "1000000"]) => ({
  versions: {},
  cases: cases.map((one) => ({
    case: one[0],
    subject: "snowmelt",
    metric: "million cells/CPU s",
    value: measure(one, Number(rows)),
  })),
});
