import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestEngine, type TestEngine } from "./test-engine.ts";

const python = process.env.SNOWMELT_JUDGES_PYTHON;
const needs = "needs SNOWMELT_JUDGES_PYTHON, the path of a Python with pyarrow";

/** Prints the schema and the rows of every file below a folder, values as text. */
const JUDGE = `
import json, sys, pyarrow.parquet as pq, glob
table = pq.ParquetDataset(sys.argv[1], partitioning=None).read()
rows = [[None if v is None else v.hex() if isinstance(v, bytes) else str(v) for v in row.values()] for row in table.to_pylist()]
print(json.dumps({"types": {f.name: str(f.type) for f in table.schema}, "rows": rows}))
`;

let test: TestEngine;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "snowmelt-judge-"));
  test = await openTestEngine();
  await test.run(
    `CREATE STAGE FILES URL = 'file://${folder}/'`,
    "ALTER SESSION SET ENABLE_UNLOAD_PHYSICAL_TYPE_OPTIMIZATION = FALSE",
  );
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

describe.skipIf(!python)(`pyarrow (${needs})`, () => {
  const judge = async (below: string) => {
    const { stdout } = await promisify(execFile)(python ?? "", ["-c", JUDGE, path.join(folder, below)]);
    return JSON.parse(stdout) as { types: Record<string, string>; rows: (string | null)[][] };
  };

  it("reads edge values of every type that is unloaded", async () => {
    await test.run(`COPY INTO @FILES/edges/ FROM (
      SELECT 1 AS ROW_ID, CAST(9223372036854775807 AS BIGINT) AS LONG, CAST(-2147483648 AS INT) AS WHOLE,
        99999999999999999999999999999999999999::NUMBER(38,0) AS LARGE, '-0.01'::NUMBER(10,2) AS MONEY,
        1.7976931348623157e308::DOUBLE AS REAL, TRUE AS YES, 'zażółć 🧊' AS WORD, TO_BINARY('00FF') AS BYTES,
        '9999-12-31'::DATE AS DAY, '9999-12-31 23:59:59.999999999'::TIMESTAMP_NTZ AS MOMENT, '23:59:59.999999'::TIME AS CLOCK
      UNION ALL SELECT 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
      UNION ALL SELECT 3, 0, 0, 0, 0, 0, FALSE, '', TO_BINARY(''), '0001-01-01'::DATE, '1500-01-01 00:00:00'::TIMESTAMP_NTZ,
        '00:00:00'::TIME ORDER BY 1)
      FILE_FORMAT = (TYPE = PARQUET) HEADER = TRUE INCLUDE_QUERY_ID = TRUE`);
    const { types, rows } = await judge("edges");
    expect(types).toMatchObject({
      LARGE: "decimal128(38, 0)",
      MONEY: "decimal128(10, 2)",
      REAL: "double",
      YES: "bool",
      WORD: "string",
      BYTES: "binary",
      DAY: "date32[day]",
      MOMENT: "timestamp[us]",
      CLOCK: "time64[us]",
    });
    expect(rows.map((row) => row.slice(1))).toEqual([
      [
        "9223372036854775807",
        "-2147483648",
        "99999999999999999999999999999999999999",
        "-0.01",
        "1.7976931348623157e+308",
        "True",
        "zażółć 🧊",
        "00ff",
        "9999-12-31",
        "9999-12-31 23:59:59.999999",
        "23:59:59.999999",
      ],
      Array(11).fill(null),
      ["0", "0", "0", "0.00", "0.0", "False", "", "", "0001-01-01", "1500-01-01 00:00:00", "00:00:00"],
    ]);
  });

  it("reads partitioned files as one set of rows", async () => {
    await test.run(`COPY INTO @FILES/parts/ FROM (SELECT SEQ8()::NUMBER(18,0) AS N, 'g' || (SEQ8() % 7) AS G
      FROM TABLE(GENERATOR(ROWCOUNT => 30000))) PARTITION BY ('g=' || G) FILE_FORMAT = (TYPE = PARQUET) HEADER = TRUE`);
    const { types, rows } = await judge("parts");
    expect(types).toEqual({ N: "decimal128(18, 0)", G: "string" });
    expect(new Set(rows.map(([n]) => n)).size).toBe(30_000);
  });
});
