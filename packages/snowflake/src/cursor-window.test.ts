import { describe, expect, it } from "vitest";
import { type Cursor, windowCondition } from "./cursor-window.ts";
import { parseWindow, planWindow } from "./plan-window.ts";

const noon = 1_767_268_800_000_000n; // 2026-01-01T12:00:00Z
const instant = (micros: bigint) => ({ kind: "instant", micros }) as const;
const table = { database: "D", schema: "S", name: "T" };
const updatedAt = (kind: "timestamp_ntz" | "timestamp_ltz" | "timestamp_tz", zone?: string): Cursor => ({
  column: "U",
  type: { kind, scale: 9 },
  zone,
});

describe("a window's condition", () => {
  it("is half-open for moments", () => {
    expect(windowCondition({ cursor: updatedAt("timestamp_tz"), lo: instant(0n), hi: instant(noon) })).toBe(
      `s."U" >= '1970-01-01T00:00:00.000000+00:00'::TIMESTAMP_TZ AND s."U" < '2026-01-01T12:00:00.000000+00:00'::TIMESTAMP_TZ`,
    );
  });

  it("turns the bound, not the column, into the zone a TIMESTAMP_NTZ is written in", () => {
    expect(windowCondition({ cursor: updatedAt("timestamp_ntz", "America/New_York"), hi: instant(noon) })).toBe(
      `s."U" < CONVERT_TIMEZONE('UTC', 'America/New_York', '2026-01-01T12:00:00.000000'::TIMESTAMP_NTZ)`,
    );
  });

  it("excludes the last value and includes the new one for numbers", () => {
    const cursor: Cursor = { column: "ID", type: { kind: "number", precision: 38, scale: 0 } };
    const digits = (text: string) => ({ kind: "number", digits: text }) as const;
    expect(windowCondition({ cursor, lo: digits("10"), hi: digits("99999999999999999999") })).toBe(
      's."ID" > 10 AND s."ID" <= 99999999999999999999',
    );
  });

  it("compares days with days", () => {
    const cursor: Cursor = { column: "D", type: { kind: "date" } };
    expect(windowCondition({ cursor, hi: instant(86_400_000_000n * 20_454n) })).toBe(`s."D" < '2026-01-01'::DATE`);
    expect(() => windowCondition({ cursor, hi: instant(1n) })).toThrow(/whole days/);
  });

  it("adds NULL cursors when told to", () => {
    expect(windowCondition({ cursor: updatedAt("timestamp_ltz"), hi: instant(0n), withNulls: true })).toBe(
      `((s."U" < '1970-01-01T00:00:00.000000+00:00'::TIMESTAMP_TZ) OR s."U" IS NULL)`,
    );
  });

  it("refuses a TIMESTAMP_NTZ without a zone, a zone elsewhere, and types that have no order in time", () => {
    const refuse = (cursor: Cursor) => () => windowCondition({ cursor, hi: instant(0n) });
    expect(refuse(updatedAt("timestamp_ntz"))).toThrow(/needs the zone/);
    expect(refuse(updatedAt("timestamp_tz", "UTC"))).toThrow(/TIMESTAMP_NTZ and DATE only/);
    expect(refuse({ column: "V", type: { kind: "variant" } })).toThrow(/expected NUMBER, DATE or a TIMESTAMP/);
  });

  it("refuses digits that are none", () => {
    const cursor: Cursor = { column: "ID", type: { kind: "number", precision: 38, scale: 0 } };
    expect(() => windowCondition({ cursor, hi: { kind: "number", digits: "1 OR 1=1" } })).toThrow(/digits/);
  });
});

describe("planWindow", () => {
  const row = ["2026-01-01T12:00:00.123456789Z", "2026-01-01T07:00:00.123456789", "10", "2", "a", "42"];

  it("takes time, counts and extremes in one statement", () => {
    const { sql } = planWindow({ source: { table }, cursor: updatedAt("timestamp_ntz", "UTC"), lagMicros: 0n });
    expect(sql.match(/SELECT/g)).toHaveLength(1);
    expect(sql).toContain('FROM "D"."S"."T" AS s');
  });

  it("ends a window of moments a lag before the snapshot, to the microsecond", () => {
    const input = { source: { table }, cursor: updatedAt("timestamp_tz"), lagMicros: 600_000_000n };
    expect(parseWindow([row], input)).toMatchObject({
      snapshotMicros: noon + 123_456n,
      hi: { kind: "instant", micros: noon + 123_456n - 600_000_000n },
      rowCount: 10n,
      nullCursors: 2n,
    });
  });

  it("ends a window of days at the start of the zone's day", () => {
    const cursor: Cursor = { column: "D", type: { kind: "date" }, zone: "America/New_York" };
    const input = { source: { table }, cursor, lagMicros: 8n * 3_600_000_000n };
    expect(parseWindow([row], input).hi).toEqual(instant(86_400_000_000n * 20_453n));
  });

  it("ends a window of numbers at the largest, and has none without a value", () => {
    const cursor: Cursor = { column: "ID", type: { kind: "number", precision: 38, scale: 0 } };
    const input = { source: { table }, cursor, lagMicros: 0n };
    expect(parseWindow([row], input).hi).toEqual({ kind: "number", digits: "42" });
    expect(parseWindow([[...row.slice(0, 4), null, null]], input).hi).toBeUndefined();
  });
});
