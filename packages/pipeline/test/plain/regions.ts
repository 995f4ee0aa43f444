import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { dataset, full, integer, type KeyProjection, type Pipeline, parquet, table } from "@snowmelt/core/definition";
import { type RuleOver, rowCount } from "@snowmelt/core/quality";
import { sourceTable } from "@snowmelt/core/types";
import { expect } from "vitest";
import { z } from "zod";
import type { Landscape } from "../landscape.ts";

const REGIONS = sourceTable({
  kind: "table",
  database: "AVIATION",
  schema: "PUBLIC",
  name: "REGIONS",
  columns: [
    ["ID", "NUMBER(38,0) NOT NULL"],
    ["STATE", "VARCHAR(2)"],
    ["AMOUNT", "NUMBER(10,2)"],
    ["OPENS", "TIME(9)"],
    ["SEEN", "TIMESTAMP_NTZ(6)"],
  ],
});

/** A dataset `regions` of plain Parquet, by state. */
export function regionsPipeline(
  land: Landscape,
  more: {
    readonly least?: number;
    readonly withTime?: boolean;
    readonly name?: string;
    readonly projection?: Readonly<Record<string, KeyProjection>>;
  } = {},
): Pipeline {
  const { least = 1, withTime = true, name = "regions", projection } = more;
  const quality: RuleOver<"ID">[] = [rowCount(">=", least)];
  return land.pipeline({
    [name]: dataset({
      source: table(REGIONS),
      key: ["ID"],
      sync: full(),
      columns: { ID: integer(), ...(withTime ? {} : { OPENS: { kind: "text" } as const }) },
      land: parquet({ partitionBy: ["STATE"], ...(projection ? { projection } : {}) }),
      quality,
    }),
  });
}

export async function createRegions(land: Landscape, rows: number): Promise<void> {
  await land.sql(
    "CREATE OR REPLACE TABLE REGIONS (ID NUMBER(38,0) NOT NULL, STATE VARCHAR(2), AMOUNT NUMBER(10,2), OPENS TIME(9), SEEN TIMESTAMP_NTZ(6))",
    `INSERT INTO REGIONS VALUES ${Array.from({ length: rows }, (_, id) => regionValues(id)).join(", ")}`,
  );
}

function regionValues(id: number): string {
  const state = ["'AK'", "'VT'", "NULL"][id % 3];
  const opens = ["'00:00:01'", "'12:34:56'", "NULL", "'12:00:00'"][id % 4];
  const seen = ["'1999-12-31 23:59:59.999999'", "NULL", "'2026-03-29 02:30:00.000001'"][id % 5] ?? "NULL";
  return `(${id}, ${state}, ${id / 4}, ${opens}, ${seen})`;
}

/** What the newest manifest says, as anyone would read it. */
export async function readNewest(land: Landscape) {
  const keys: string[] = [];
  for await (const { key } of land.store.list("raw/regions/_snowmelt/")) keys.push(key);
  const newest = keys.at(-1);
  if (newest === undefined) return undefined;
  return Manifest.parse(JSON.parse(new TextDecoder().decode(await land.store.get(newest))));
}

const Manifest = z.looseObject({
  version: z.number(),
  rowCount: z.number(),
  guarantee: z.object({ name: z.string() }),
  info: z.looseObject({ attemptId: z.string() }),
  files: z.array(z.looseObject({ path: z.string(), rowCount: z.number(), sha256: z.string() })),
});

/** The rows of the files that the newest manifest names, read by DuckDB, are those of the source. */
export async function expectSourceInTable(land: Landscape): Promise<void> {
  const text = (time: string, seen: string) =>
    `SELECT CAST(ID AS VARCHAR), STATE, CAST(AMOUNT AS VARCHAR), ${time}, ${seen} FROM`;
  const source = await land.rows(
    `${text("TO_VARCHAR(OPENS, 'HH24:MI:SS')", "TO_VARCHAR(SEEN, 'YYYY-MM-DD HH24:MI:SS.FF6')")} REGIONS ORDER BY ID`,
  );
  const { files = [] } = (await readNewest(land)) ?? {};
  const folder = await mkdtemp(join(tmpdir(), "snowmelt-regions-"));
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    for (const { path } of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), (await land.store.get(`raw/regions/${path}`)) ?? new Uint8Array(0));
    }
    const list = files.map(({ path }) => `'${join(folder, path)}'`).join(", ");
    const result = await connection.runAndReadAll(
      `${text("LEFT(CAST(OPENS AS VARCHAR), 8)", "strftime(SEEN, '%Y-%m-%d %H:%M:%S.%f')")} read_parquet([${list}], hive_partitioning = true, hive_types_autocast = false) ORDER BY ID`,
    );
    expect(result.getRowsJson()).toEqual(source);
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true });
  }
}
