import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALL_TYPES_STATEMENTS } from "../../src/sample/all-types.ts";
import { openTestEngine, type TestEngine } from "./test-engine.ts";

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine();
  await test.run("CREATE DATABASE AVIATION", ...ALL_TYPES_STATEMENTS);
}, 120_000);
afterAll(() => test[Symbol.asyncDispose]());

const column = async (name: string) =>
  (await test.rows(`SELECT ${name} FROM ALL_TYPES ORDER BY ID`)).map(([cell]) => cell);

describe("the wire form of every type", () => {
  it("announces each column's exact type", async () => {
    const { columns } = await test.ask("SELECT * FROM ALL_TYPES WHERE FALSE");
    const shown = Object.fromEntries(
      columns.map(({ name, type, precision, scale, length }) => [name, [type, precision ?? length, scale]]),
    );
    expect(shown).toMatchObject({
      ID: ["fixed", 38, 0],
      N10_2: ["fixed", 10, 2],
      N38_37: ["fixed", 38, 37],
      F: ["real", null, null],
      B: ["boolean", null, null],
      S: ["text", 16_777_216, null],
      S10: ["text", 10, null],
      BIN: ["binary", 8_388_608, null],
      D: ["date", null, null],
      T0: ["time", 0, 0],
      NTZ: ["timestamp_ntz", 0, 9],
      NTZ6: ["timestamp_ntz", 0, 6],
      LTZ3: ["timestamp_ltz", 0, 3],
      TZ: ["timestamp_tz", 0, 9],
      V: ["variant", null, null],
      O: ["object", null, null],
      A: ["array", null, null],
      VF: ["vector", null, null],
      G: ["geography", null, null],
      "mixed Case": ["text", 16_777_216, null],
      select: ["fixed", 5, 0],
      'a "quoted" name; --': ["text", 16_777_216, null],
      "größe 📏": ["text", 16_777_216, null],
    });
    expect(columns[0]?.nullable).toBe(false);
    expect(columns[1]?.nullable).toBe(true);
  });

  it("keeps 38 digits", async () => {
    expect((await column("N38_0")).slice(0, 3)).toEqual([
      "99999999999999999999999999999999999999",
      "-99999999999999999999999999999999999999",
      null,
    ]);
    expect((await column("N38_37")).slice(0, 4)).toEqual([
      "9.9999999999999999999999999999999999999",
      "-9.9999999999999999999999999999999999999",
      null,
      "0.0000000000000000000000000000000000001",
    ]);
  });

  it("prints NaN, the infinities and the extremes of FLOAT", async () => {
    expect(await column("F")).toEqual([
      "1.797693134862316e+308",
      "-1.797693134862316e+308",
      null,
      "NaN",
      "inf",
      "-inf",
      "4.940656458412465e-324",
    ]);
  });

  it("holds years 1 and 9999 and single nanoseconds in one column", async () => {
    expect(await column("NTZ")).toEqual([
      "253402300799.999999999",
      "-62135596799.999999999",
      null,
      "-0.000000001",
      "951827696.000000001",
      "-9223372036.854775807",
      "1709168523.004005006",
    ]);
    expect(await column("NTZ0")).toEqual([
      "253402300799",
      "-62135596800",
      null,
      "-1",
      "951827696",
      "9223372800",
      "1709168523",
    ]);
    expect((await column("NTZ6"))[3]).toBe("-0.000001");
  });

  it("keeps the offset of TIMESTAMP_TZ beside the instant", async () => {
    expect(await column("TZ")).toEqual([
      "253402250399.999999999 2280",
      "-62135467199.999999999 720",
      null,
      "28799.999999999 960",
      "1711848600.123456789 1560",
      "-9223372036.854775807 1440",
      "1709168523.004005006 1440",
    ]);
  });

  it("counts dates from 1970 in the Gregorian calendar", async () => {
    expect(await column("D")).toEqual(["2932896", "-719162", null, "-1", "-141427", "24855", "19782"]);
  });

  it("prints TIME by its scale", async () => {
    expect((await column("T")).slice(0, 4)).toEqual(["86399.999999999", "0.000000000", null, "0.000000001"]);
    expect((await column("T0")).slice(0, 4)).toEqual(["86399", "0", null, "45296"]);
  });

  it("keeps every digit of numbers inside VARIANT, OBJECT and ARRAY", async () => {
    const variants = await column("V");
    expect(variants[0]).toBe(
      '{"big":123456789012345678901234567890,"precise":0.1234567890123456789,"text":"❄","list":[1,2.5,null,true]}',
    );
    expect(variants[3]).toBe("null");
    expect(variants[5]).toBe("12345678901234567890123456789012345678");
    expect((await column("O"))[0]).toBe('{"k":1,"nested":{"deep":99999999999999999999999999999999999999}}');
    expect((await column("A"))[5]).toBe("[0.1,1.000000000000000e-07,12345678901234567890.123456789]");
  });

  it("keeps text to the last control character", async () => {
    const texts = await column("S");
    expect(texts[0]).toBe("zażółć gęślą jaźń 🧊❄️");
    expect(texts[1]).toBe("");
    expect(texts[3]).toBe('it\'s "quoted" \\ back\\\\slash');
    expect(texts[4]).toBe("tab\tnew\nline\rreturn\b\f\u0001\u001f\u007f end");
    expect(texts[5]).toBe("long ".repeat(2000));
  });

  it("prints BINARY, VECTOR and GEOGRAPHY as text", async () => {
    expect((await column("BIN")).slice(0, 4)).toEqual(["00FF10", "", null, "DEADBEEF"]);
    expect((await column("VF"))[0]).toBe("[1.500000,-2.250000,3.000000]");
    expect((await column("G"))[3]).toBe('{"coordinates":[[[0,0],[4,0],[4,4],[0,4],[0,0]]],"type":"Polygon"}');
  });
});

describe("the extraction SQL", () => {
  const one = async (expression: string, id: number) =>
    test.cell(`SELECT ${expression} FROM "AVIATION"."PUBLIC"."ALL_TYPES" WHERE ID = ${id}`);
  const ISO = `'YYYY-MM-DD"T"HH24:MI:SS.FF9'`;

  it.each([
    ["N38_0::VARCHAR", 1, "99999999999999999999999999999999999999"],
    ["N38_37::VARCHAR", 4, "0.0000000000000000000000000000000000001"],
    [`TO_VARCHAR(NTZ, ${ISO})`, 1, "9999-12-31T23:59:59.999999999"],
    [`TO_VARCHAR(NTZ, ${ISO})`, 2, "0001-01-01T00:00:00.000000001"],
    [`TO_VARCHAR(NTZ, ${ISO})`, 4, "1969-12-31T23:59:59.999999999"],
    [`TO_VARCHAR(CONVERT_TIMEZONE('UTC', LTZ)::TIMESTAMP_NTZ, ${ISO})`, 5, "2024-03-31T01:30:00.123456789"],
    [`TO_VARCHAR(CONVERT_TIMEZONE('UTC', TZ)::TIMESTAMP_NTZ, ${ISO})`, 5, "2024-03-31T01:30:00.123456789"],
    ["DATE_PART(timezone_hour, TZ) * 60 + DATE_PART(timezone_minute, TZ)", 1, "840"],
    ["DATE_PART(timezone_hour, TZ3) * 60 + DATE_PART(timezone_minute, TZ3)", 2, "-690"],
    ["DATE_PART(timezone_hour, TZ3) * 60 + DATE_PART(timezone_minute, TZ3)", 7, "-30"],
    ["TO_VARCHAR(D, 'YYYY-MM-DD')", 2, "0001-01-01"],
    ["TO_VARCHAR(T, 'HH24:MI:SS.FF9')", 1, "23:59:59.999999999"],
    ["TO_VARCHAR(F, 'TME')", 1, "1.7976931348623157E+308"],
    ["TO_VARCHAR(F, 'TME')", 4, "NaN"],
    ["TO_VARCHAR(F, 'TME')", 6, "-inf"],
    ["TO_JSON(V)", 5, '"just text \u2028 \\n"'],
    ["TO_JSON(V)", 3, null],
    ["TO_JSON(TO_ARRAY(VF))", 4, "[0.1,0.2,0.3]"],
    ["TO_JSON(TO_ARRAY(VI))", 1, "[2147483647,-2147483648,0]"],
    ["HEX_ENCODE(BIN)", 4, "DEADBEEF"],
    ["TO_VARCHAR(BIN, 'HEX')", 1, "00FF10"],
    ["ST_ASGEOJSON(G)", 1, '{"coordinates":[-122.35,37.55],"type":"Point"}'],
    ['"a ""quoted"" name; --"', 4, '"; DROP TABLE x; --'],
  ])("%s of row %i", async (expression, id, expected) => {
    expect(await one(expression, id)).toBe(expected);
  });

  it("counts, sums and bounds every column it can", async () => {
    const [row] = await test.rows(
      "SELECT COUNT(*), COUNT(N38_0), SUM(N38_0), SUM(LENGTH(S)), MAX(TO_JSON(O)) IS NOT NULL, MIN(NTZ), MAX(TZ), MIN(D), SUM(N10_2) FROM ALL_TYPES",
    );
    expect(row).toEqual([
      "7",
      "6",
      "42",
      "10080",
      "1",
      "-62135596799.999999999",
      "253402250399.999999999 2280",
      "-719162",
      "42.42",
    ]);
  });
});
