import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestEngine, type TestEngine } from "./test-engine.ts";

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine();
});
afterAll(() => test[Symbol.asyncDispose]());

/** Expression, its type on the wire, its cell. What Snowflake documents for each function decides the expectation. */
const CASES: readonly (readonly [expression: string, type: string, cell: string | null])[] = [
  // literals and arithmetic
  ["1.50", "fixed(3,2)", "1.50"],
  ["0.1", "fixed(2,1)", "0.1"],
  ["1e3", "real", "1.000000000000000e+03"],
  ["'it''s \\t\\\\'", "text", "it's \t\\"],
  ["$$a'b$$", "text", "a'b"],
  ["10 / 4", "fixed(8,6)", "2.500000"],
  ["1 / 3", "fixed(7,6)", "0.333333"],
  ["-7 % 3", "fixed(1,0)", "-1"],
  ["99999999999999999999999999999999999999 - 1", "fixed(38,0)", "99999999999999999999999999999999999998"],
  ["2.5 * 2.5", "fixed(4,2)", "6.25"],
  ["1 + '2'", "fixed(2,0)", "3"],
  ["'a' || 1 || TRUE", "text", "a1true"],
  // casts
  ["'12.345'::NUMBER(10,2)", "fixed(10,2)", "12.35"],
  ["2.5::INT", "fixed(38,0)", "3"],
  ["'  7 '::INT", "fixed(38,0)", "7"],
  ["TRY_TO_NUMBER('x', 10, 2)", "fixed(10,2)", null],
  ["TRY_TO_NUMBER('7.126', 10, 2)", "fixed(10,2)", "7.13"],
  ["TRY_CAST('1_000' AS INT)", "fixed(38,0)", null],
  ["'abcdef'::VARCHAR(3)", "text", "abc"],
  ["1.0::FLOAT::VARCHAR", "text", "1"],
  ["0.1::FLOAT::VARCHAR", "text", "0.1"],
  ["'yes'::BOOLEAN", "boolean", "1"],
  ["TO_CHAR(TRUE)", "text", "true"],
  // dates and times
  ["TO_VARCHAR('2024-03-05'::DATE, 'DD-MON-YY')", "text", "05-Mar-24"],
  ["TO_VARCHAR('2024-03-05 15:06:07.089'::TIMESTAMP_NTZ, 'HH12:MI:SS.FF3 AM')", "text", "03:06:07.089 PM"],
  [
    "TO_VARCHAR('2024-03-05 15:06:07 -03:30'::TIMESTAMP_TZ, 'YYYY-MM-DD HH24:MI TZH:TZM')",
    "text",
    "2024-03-05 15:06 -03:30",
  ],
  ["'2024-01-01 00:00:00'::TIMESTAMP_NTZ::VARCHAR", "text", "2024-01-01 00:00:00.000"],
  ["TO_DATE('05/03/2024', 'DD/MM/YYYY')", "date", "19787"],
  ["TO_TIMESTAMP_NTZ('1700000000123')", "timestamp_ntz", "1700000000.123000000"],
  ["TO_TIMESTAMP_NTZ('March 5, 2024', 'MMMM DD, YYYY')", "timestamp_ntz", "1709596800.000000000"],
  ["'2024-01-01 12:00:00 +05:30'::TIMESTAMP_NTZ", "timestamp_ntz", "1704110400.000000000"],
  ["'2024-01-01 12:00:00 +05:30'::TIMESTAMP_LTZ", "timestamp_ltz", "1704090600.000000000"],
  ["'2024-01-31'::DATE + 1", "date", "19754"],
  ["DATEADD(month, 1, '2024-01-31'::DATE)", "date", "19782"],
  ["DATEADD(day, -1, '2024-03-01'::DATE)", "date", "19782"],
  ["DATEADD(hour, 1, '2024-01-01'::DATE)", "timestamp_ntz", "1704070800.000000000"],
  ["DATEADD(nanosecond, 5, '9999-12-31 23:59:59'::TIMESTAMP_NTZ)", "timestamp_ntz", "253402300799.000000005"],
  ["'2024-02-29'::DATE + INTERVAL '1 year, 1 day'", "date", "20148"],
  ["DATEDIFF(month, '2024-01-31'::DATE, '2024-03-01'::DATE)", "fixed(38,0)", "2"],
  [
    "DATEDIFF(second, '2024-01-01 00:00:00.9'::TIMESTAMP_NTZ, '2024-01-01 00:00:01.1'::TIMESTAMP_NTZ)",
    "fixed(38,0)",
    "1",
  ],
  ["DATEDIFF(year, '0001-01-01'::DATE, '9999-01-01'::DATE)", "fixed(38,0)", "9998"],
  ["DATE_TRUNC('month', '2024-03-15 10:11:12.5'::TIMESTAMP_NTZ)", "timestamp_ntz", "1709251200.000000000"],
  ["DATE_TRUNC(week, '2024-05-08'::DATE)", "date", "19849"],
  [
    "DATE_PART(epoch_nanosecond, '9999-12-31 23:59:59.999999999'::TIMESTAMP_NTZ)",
    "fixed(38,0)",
    "253402300799999999999",
  ],
  ["EXTRACT(dayofweek FROM '2024-05-05'::DATE)", "fixed(9,0)", "0"],
  ["WEEKISO('2021-01-03'::DATE)", "fixed(9,0)", "53"],
  ["LAST_DAY('2024-02-05'::DATE)", "date", "19782"],
  ["ADD_MONTHS('2024-02-29'::DATE, 12)", "date", "20147"],
  [
    "CONVERT_TIMEZONE('America/New_York', 'Europe/Paris', '2024-07-01 12:00:00'::TIMESTAMP_NTZ)",
    "timestamp_ntz",
    "1719856800.000000000",
  ],
  ["TIMESTAMP_NTZ_FROM_PARTS(2024, 13, 32, 25, 61, 61, 7)", "timestamp_ntz", "1738461721.000000007"],
  ["DATE_FROM_PARTS(2024, 2, 30)", "date", "19783"],
  // text
  ["SPLIT_PART('a,b,c', ',', -1)", "text", "c"],
  ["SUBSTR('hello', -3, 2)", "text", "ll"],
  ["REGEXP_SUBSTR('abc', 'z')", "text", null],
  ["REGEXP_SUBSTR('a1b22', '([a-z])([0-9]+)', 1, 2, 'e', 2)", "text", "22"],
  ["REGEXP_REPLACE('a-b', '(a)-(b)', '\\\\2\\\\1')", "text", "ba"],
  ["REGEXP_LIKE('abc', 'ab')", "boolean", "0"],
  ["'Snow' ILIKE ANY ('x%', 's%')", "boolean", "1"],
  ["'50%' LIKE '50^%' ESCAPE '^'", "boolean", "1"],
  ["POSITION('l' IN 'hello')", "fixed(38,0)", "3"],
  ["LENGTH('żółć🧊')", "fixed(18,0)", "5"],
  ["OCTET_LENGTH('ż')", "fixed(18,0)", "2"],
  ["LPAD('7', 3, '0')", "text", "007"],
  ["TRIM('  x ')", "text", "x"],
  ["TO_VARCHAR(1234567.891, '999,999,990.00')", "text", "   1,234,567.89"],
  ["TO_VARCHAR(0.5, 'FM0.00')", "text", "0.50"],
  // conditions
  ["IFF(NULL, 1, 2)", "fixed(1,0)", "2"],
  ["DECODE(NULL, NULL, 'none', 'some')", "text", "none"],
  ["NVL2(NULL, 1, 2.5)", "fixed(2,1)", "2.5"],
  ["DIV0(1, 0)", "fixed(7,6)", "0.000000"],
  ["NULLIF(1, 1)", "fixed(1,0)", null],
  ["GREATEST(1, NULL)", "fixed(1,0)", null],
  ["CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END", "text", "b"],
  ["1 IN (2, NULL)", "boolean", null],
  ["(1, 'a') IN ((1, 'a'), (2, 'b'))", "boolean", "1"],
  ["'2024-01-01 12:00:00 +01:00'::TIMESTAMP_TZ = '2024-01-01 11:00:00 +00:00'::TIMESTAMP_TZ", "boolean", "1"],
  // semi-structured
  ['PARSE_JSON(\'{"a":[{"B c":5}]}\'):a[0]."B c"::INT', "fixed(38,0)", "5"],
  ["PARSE_JSON('{\"a\":1}'):A", "variant", null],
  ["PARSE_JSON('{\"a\":null}'):a IS NULL", "boolean", "0"],
  ["PARSE_JSON('{\"a\":null}'):a::VARCHAR IS NULL", "boolean", "1"],
  ["PARSE_JSON('0.12345678901234567890')::NUMBER(38,20)", "fixed(38,20)", "0.12345678901234567890"],
  ["PARSE_JSON('[1,2]')['x']", "variant", null],
  ["TYPEOF(PARSE_JSON('1.5'))", "text", "DECIMAL"],
  ["TO_JSON(OBJECT_CONSTRUCT('a', 1, 'b', NULL, 'c', 'x'))", "text", '{"a":1,"c":"x"}'],
  ["TRY_PARSE_JSON('{bad')", "variant", null],
  ["ARRAY_SIZE(ARRAY_CONSTRUCT(1, NULL))", "fixed(9,0)", "2"],
  ["[1, 2.5]::VECTOR(FLOAT, 2)", "vector", "[1.000000,2.500000]"],
  // bytes
  ["SHA2('abc')", "text", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ["HEX_ENCODE('é')", "text", "C3A9"],
  ["TO_BINARY('YWJj', 'BASE64')", "binary", "616263"],
  ["X'00ff'", "binary", "00FF"],
];

it.each(CASES)("%s", async (expression, type, cell) => {
  const { columns, rows } = await test.ask(`SELECT ${expression}`);
  const [column] = columns;
  expect(column?.type === "fixed" ? `fixed(${column.precision},${column.scale})` : column?.type).toBe(type);
  expect(rows[0]?.[0]).toBe(cell);
});

it("gives aggregates Snowflake's types", async () => {
  const { columns, rows } = await test.ask(
    "SELECT COUNT(*), SUM(x), AVG(x), MIN(x), COUNT_IF(x > 1), MAX_BY(x, -x), BITXOR_AGG(x), LISTAGG(x, '-') WITHIN GROUP (ORDER BY x DESC), STDDEV(x) FROM (SELECT column1::NUMBER(10,2) AS x FROM VALUES (1), (2), (3))",
  );
  expect(columns.map(({ type, precision, scale }) => (type === "fixed" ? `${precision},${scale}` : type))).toEqual([
    "18,0",
    "38,2",
    "38,8",
    "10,2",
    "18,0",
    "10,2",
    "38,0",
    "text",
    "real",
  ]);
  expect(rows).toEqual([
    ["3", "6.00", "2.00000000", "1.00", "2", "1.00", "0", "3.00-2.00-1.00", "1.000000000000000e+00"],
  ]);
});

it("orders NULLs last going up and first going down", async () => {
  expect(await test.rows("SELECT column1 FROM VALUES (1), (NULL), (2) ORDER BY 1")).toEqual([["1"], ["2"], [null]]);
  expect(await test.rows("SELECT column1 AS x FROM VALUES (1), (NULL), (2) ORDER BY x DESC")).toEqual([
    [null],
    ["2"],
    ["1"],
  ]);
});

it("reads aliases beside each other, in WHERE and in QUALIFY", async () => {
  expect(await test.rows("SELECT column1 AS x, x + 1 AS y FROM VALUES (1), (5) WHERE y > 2")).toEqual([["5", "6"]]);
  expect(
    await test.rows(
      "SELECT column1 AS g, ROW_NUMBER() OVER (PARTITION BY g ORDER BY column2 DESC) AS n, column2 FROM VALUES ('a', 1), ('a', 2), ('b', 3) QUALIFY n = 1 ORDER BY g",
    ),
  ).toEqual([
    ["a", "1", "2"],
    ["b", "1", "3"],
  ]);
});

it("flattens arrays and objects beside the rows they come from", async () => {
  await test.run(
    "CREATE OR REPLACE TABLE J (ID INT, V VARIANT)",
    `INSERT INTO J SELECT column1, PARSE_JSON(column2) FROM VALUES (1, '{"a":[10,20]}'), (2, '{"a":[]}'), (3, NULL)`,
  );
  expect(
    await test.rows("SELECT J.ID, f.INDEX, f.VALUE::INT FROM J, LATERAL FLATTEN(INPUT => V:a) f ORDER BY 1, 2"),
  ).toEqual([
    ["1", "0", "10"],
    ["1", "1", "20"],
  ]);
  expect(
    await test.rows("SELECT J.ID, f.VALUE FROM J, LATERAL FLATTEN(INPUT => V:a, OUTER => TRUE) f ORDER BY 1, 2"),
  ).toEqual([
    ["1", "10"],
    ["1", "20"],
    ["2", null],
    ["3", null],
  ]);
  expect(await test.rows("SELECT f.KEY, f.VALUE FROM J, TABLE(FLATTEN(J.V)) f WHERE ID = 1")).toEqual([
    ["a", "[10,20]"],
  ]);
});

it("joins by USING, recursive CTEs and set operations", async () => {
  expect(await test.rows("SELECT * FROM (SELECT 1 AS k, 'a' AS l) JOIN (SELECT 1 AS k, 'b' AS r) USING (k)")).toEqual([
    ["1", "a", "b"],
  ]);
  expect(
    await test.rows("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4) SELECT SUM(i) FROM n"),
  ).toEqual([["10"]]);
  expect(await test.rows("SELECT 1 UNION ALL SELECT 2.5 MINUS SELECT 1 ORDER BY 1")).toEqual([["2.5"]]);
});

it("shows local time in the session's zone, and its offset", async () => {
  const session = { ...test.session, parameters: new Map([["TIMEZONE", "America/New_York"]]) };
  expect(
    await test.rows(
      "SELECT '2024-07-01 12:00:00'::TIMESTAMP_LTZ, '2024-01-01 12:00:00'::TIMESTAMP_TZ, '2024-07-01 12:00:00'::TIMESTAMP_LTZ::VARCHAR, '2024-07-01 16:00:00'::TIMESTAMP_NTZ::TIMESTAMP_LTZ::DATE",
      { session },
    ),
  ).toEqual([["1719849600.000000000", "1704128400.000000000 1140", "2024-07-01 12:00:00.000 -0400", "19905"]]);
});
