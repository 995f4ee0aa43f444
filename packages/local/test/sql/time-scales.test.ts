import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestEngine, type TestEngine } from "./test-engine.ts";

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine();
  await test.run("CREATE DATABASE TIMES");
}, 120_000);
afterAll(() => test[Symbol.asyncDispose]());

const scales = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const noon = "12:34:56.123456789";
const last = "23:59:59.999999999";
/** Snowflake cuts what is beyond the scale. */
const cut = (text: string, scale: number) => (scale === 0 ? text.slice(0, 8) : text.slice(0, 9 + scale));

describe.each(scales)("TIME(%i)", (scale) => {
  const shown = [cut(noon, scale), cut(last, scale), null];
  const print = `TO_VARCHAR(T, 'HH24:MI:SS${scale === 0 ? "" : `.FF${scale}`}')`;

  it("is read from a literal, from text of a column, from a wider TIME and from a timestamp", async () => {
    const type = `TIME(${scale})`;
    const sources = [
      `SELECT column1 AS N, '${noon}'::${type} AS T FROM VALUES (1) UNION ALL SELECT 2, CAST('${last}' AS ${type}) UNION ALL SELECT 3, NULL::${type}`,
      `SELECT column1 AS N, column2::${type} AS T FROM VALUES (1, '${noon}'), (2, '${last}'), (3, NULL)`,
      `SELECT column1 AS N, column2::TIME(9)::${type} AS T FROM VALUES (1, '${noon}'), (2, '${last}'), (3, NULL)`,
      `SELECT column1 AS N, column2::TIMESTAMP_NTZ(9)::${type} AS T FROM VALUES (1, '2026-07-01 ${noon}'), (2, '9999-12-31 ${last}'), (3, NULL)`,
    ];
    for (const source of sources)
      expect((await test.rows(`SELECT ${print} FROM (${source}) ORDER BY N`)).flat(), source).toEqual(shown);
  });

  it("is inserted as a literal, as text and as a TIME(9)", async () => {
    await test.run(
      `CREATE OR REPLACE TABLE T${scale} (N NUMBER, T TIME(${scale}))`,
      `INSERT INTO T${scale} VALUES (1, '${noon}'), (2, '${last}'), (3, NULL)`,
      `INSERT INTO T${scale} SELECT column1 + 3, column2 FROM VALUES (1, '${noon}'), (2, '${last}'), (3, NULL)`,
      `INSERT INTO T${scale} SELECT column1 + 6, column2::TIME(9) FROM VALUES (1, '${noon}'), (2, '${last}'), (3, NULL)`,
    );
    expect((await test.rows(`SELECT ${print} FROM T${scale} ORDER BY N`)).flat()).toEqual([
      ...shown,
      ...shown,
      ...shown,
    ]);
  });

  it("is truncated to each part of a second", async () => {
    for (const [part, digits] of [
      ["second", 0],
      ["millisecond", 3],
      ["microsecond", 6],
      ["nanosecond", 9],
    ] as const) {
      const cell = `SELECT TO_VARCHAR(DATE_TRUNC('${part}', '${last}'::TIME(${scale})), 'HH24:MI:SS.FF9')`;
      expect(await test.cell(cell), part).toBe(
        cut(last, Math.min(digits, scale))
          .replace(/^(.{8})$/, "$1.")
          .padEnd(18, "0"),
      );
    }
  });

  it("counts, moves and parts to the nanosecond", async () => {
    const t = `'${last}'::TIME(${scale})`;
    const nanos = Number(cut(last, scale).slice(9).padEnd(9, "0"));
    expect(await test.cell(`SELECT DATE_PART('nanosecond', ${t})`)).toBe(String(nanos));
    expect(await test.cell(`SELECT DATEDIFF('nanosecond', '00:00:00'::TIME(${scale}), ${t})`)).toBe(
      String(86_399n * 1_000_000_000n + BigInt(nanos)),
    );
    const moved = `DATEADD('microsecond', -1, ${t})`;
    expect(await test.cell(`SELECT DATEDIFF('microsecond', ${moved}, ${t})`)).toBe("1");
  });
});
