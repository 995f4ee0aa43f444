import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type ObjectStore, seededRandom, systemClock } from "@snowmelt/core/ports";
import { type Field, type Value, valueAt, valueText } from "@snowmelt/core/types";
import {
  type DataFile,
  openDeltaTable,
  planCreateTable,
  planTableLayout,
  type Registration,
  readTableFile,
  registerFiles,
  toAddFile,
  toStatsJson,
  verifyFiles,
} from "@snowmelt/lake/delta";
import { openParquetEncoder, readParquet } from "@snowmelt/lake/parquet";
import { openFileStore } from "@snowmelt/lake/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toBatch } from "../table-rows.ts";

interface GoldenCase {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly rowCount: number;
  /** Of column X, where the file is taken. */
  readonly values?: readonly (string | null)[];
  /** What a refusal says was found, where it is not. */
  readonly found?: string;
}

const golden = join(import.meta.dirname, "golden");
const cases: readonly GoldenCase[] = JSON.parse(readFileSync(join(golden, "cases.json"), "utf8"));
const accepted = cases.filter(({ values }) => values);
const refused = cases.filter(({ found }) => found !== undefined);
const python = process.env.SNOWMELT_JUDGES_PYTHON;

let root: string;
let store: ObjectStore;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "snowmelt-register-"));
  store = openFileStore(root);
});
afterAll(() => rm(root, { recursive: true }));

const tableOf = (name: string) => openDeltaTable({ store, path: name, clock: systemClock, random: seededRandom(1) });

async function register({ name, fields, rowCount }: GoldenCase): Promise<Registration> {
  const bytes = readFileSync(join(golden, `${name}.parquet`));
  await store.put(`${name}/data/run=a/${name}.parquet`, bytes);
  const files = [{ name: `${name}.parquet`, bytes: bytes.length, rowCount }];
  return registerFiles(tableOf(name), { files, layout: planTableLayout(fields), attemptId: "a" });
}

async function registered(found: GoldenCase): Promise<DataFile> {
  const outcome = await register(found);
  const [file] = outcome.status === "registered" ? outcome.files : [];
  if (!file) throw new Error(`it was refused: ${JSON.stringify(outcome)}`);
  return file;
}

/** As golden/text.py writes it. */
function toText(type: Field["type"], value: Value): string | null {
  if (value === null) return null;
  if (type.kind === "timestamp") return valueText(type, value).replace("T", " ").replace("Z", "");
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (type.kind === "float64" && typeof value === "number") {
    return Number.isFinite(value) ? String(value) : String(value).slice(0, 3).toLowerCase();
  }
  return valueText(type, value);
}

async function valuesOf(file: DataFile, { name, fields }: GoldenCase): Promise<(string | null)[]> {
  const values: [bigint, string | null][] = [];
  for await (const { columns, rowCount } of readTableFile(tableOf(name), file, { fields })) {
    const [ids, xs] = columns;
    const [, x] = fields;
    for (let row = 0; ids && xs && x && row < rowCount; row++) {
      values.push([BigInt(String(valueAt({ kind: "int64" }, ids, row))), toText(x.type, valueAt(x.type, xs, row))]);
    }
  }
  return values.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
}

describe("files of another writer", () => {
  it.each(accepted)("are taken as they are: $name", async (golden) => {
    const file = await registered(golden);
    expect(file).toMatchObject({ rowCount: golden.rowCount, sha256: undefined, partitionValues: {} });
    expect(await valuesOf(file, golden)).toEqual(golden.values);
    const layout = planTableLayout(golden.fields);
    const report = await verifyFiles(tableOf(golden.name), [file], { layout, expectedRows: golden.rowCount });
    expect(report.checks.filter(({ passed }) => !passed)).toEqual([]);
  });

  it.each(accepted)("have statistics that are true of their rows: $name", async (golden) => {
    const { stats, summary, path } = await registered(golden);
    const x = summary.columns.find(({ name }) => name === "X");
    const [, field] = golden.fields;
    if (!x || !field) throw new Error("there is a column X");
    expect(x.nullCount).toBe(golden.values?.filter((value) => value === null).length);
    for await (const { columns, rowCount } of readParquet(store, `${golden.name}/${path}`, { fields: [field] })) {
      for (let row = 0; columns[0] && row < rowCount; row++) {
        const value = valueAt(field.type, columns[0], row);
        if (value === null || x.min === null || x.max === null) continue;
        expect(compare(x.min, value)).toBeLessThanOrEqual(0);
        expect(compare(value, x.max)).toBeLessThanOrEqual(0);
      }
    }
    expect(stats).toBe(toStatsJson(summary, golden.fields));
    expect(JSON.parse(stats)).toMatchObject({ numRecords: golden.rowCount });
  });

  it.each(refused)("are refused, saying what was found: $name", async (golden) => {
    const outcome = await register(golden).catch((error: Error) => error);
    if (golden.found === "encrypted") {
      expect(outcome).toMatchObject({ code: "PARQUET_UNSUPPORTED", message: expect.stringContaining("encrypted") });
      return;
    }
    if (outcome instanceof Error) throw outcome;
    expect(outcome.status).toBe("refused");
    const refusals = outcome.status === "refused" ? outcome.refusals : [];
    expect(refusals.map(({ found }) => found)).toContain(golden.found);
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ path: `data/run=a/${golden.name}.parquet`, column: expect.any(String) });
      expect(refusal.expected).not.toBe(refusal.found);
    }
  });
});

describe.skipIf(python === undefined)("registered files (needs SNOWMELT_JUDGES_PYTHON)", () => {
  it("are read alike by delta-rs and DuckDB", async () => {
    // Delta has no type for a time of day, and the protocol of `timestamp_ntz` is another table's.
    const inDelta = accepted.filter(({ fields }) =>
      fields.every(({ type }) => type.kind !== "time" && (type.kind !== "timestamp" || type.utc)),
    );
    for (const golden of inDelta) {
      const file = await registered(golden);
      const outcome = await tableOf(golden.name).commit(
        planCreateTable({
          id: golden.name,
          fields: golden.fields,
          partitionColumns: [],
          createdAtMs: 0,
          files: [toAddFile(file)],
        }),
      );
      expect(outcome.status).toBe("committed");
    }
    const folders = JSON.stringify(inDelta.map(({ name }) => join(root, name)));
    const script = join(import.meta.dirname, "judge-tables.py");
    const { stdout } = await promisify(execFile)(python ?? "", [script, folders], { maxBuffer: 1 << 26 });
    const seen: readonly { deltalake: (string | null)[]; duckdb: (string | null)[] }[] = JSON.parse(stdout);
    inDelta.forEach(({ name, values }, index) => {
      expect({ name, ...seen[index] }).toEqual({ name, deltalake: values, duckdb: values });
    });
    expect(seen.length).toBeGreaterThan(25);
  }, 120_000);

  it("are read alike when their partition column is in the files too", async () => {
    const fields: readonly Field[] = [
      { name: "ID", type: { kind: "int64" }, nullable: false },
      { name: "X", type: { kind: "string" }, nullable: true },
    ];
    const layout = planTableLayout(fields, [{ kind: "identity", column: "X" }]);
    const values = ["a/b=ü", "it's", null];
    const staged = [];
    for (const [index, value] of values.entries()) {
      const encoder = openParquetEncoder(fields, { codec: "snappy" });
      const parts = [...encoder.append(toBatch(fields, [[BigInt(index), value]])), ...encoder.finish().parts];
      const name = `X=${index}/a.parquet`;
      const { sizeBytes } = await store.put(`partitioned/data/run=a/${name}`, Buffer.concat(parts));
      staged.push({ name, bytes: sizeBytes, rowCount: 1 });
    }
    const table = tableOf("partitioned");
    const outcome = await registerFiles(table, { files: staged, layout, attemptId: "a" });
    const files = outcome.status === "registered" ? outcome.files : [];
    expect(files.map(({ partitionValues }) => partitionValues.X)).toEqual(values);
    const create = planCreateTable({
      id: "partitioned",
      fields: layout.fields,
      partitionColumns: layout.partitionColumns,
      createdAtMs: 0,
      files: files.map((file) => toAddFile(file)),
    });
    expect((await table.commit(create)).status).toBe("committed");
    const script = join(import.meta.dirname, "judge-tables.py");
    const { stdout } = await promisify(execFile)(python ?? "", [script, JSON.stringify([join(root, "partitioned")])]);
    expect(JSON.parse(stdout)).toEqual([{ deltalake: values, duckdb: values }]);
  }, 60_000);
});

function compare(a: Value, b: Value): number {
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  return a === null || b === null || a === b ? 0 : a < b ? -1 : 1;
}
