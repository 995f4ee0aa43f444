import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Field, LandType, Value } from "@snowmelt/core/types";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { batchesOf, rowsOf } from "./parquet/batches.ts";
import { edgeValues, everyTypeFields, everyTypeRows } from "./parquet/every-type.ts";
import { encode, read } from "./parquet/files.ts";

const python = process.env.SNOWMELT_JUDGES_PYTHON;
const script = join(import.meta.dirname, "parquet/judge_pyarrow.py");
const needs = "needs SNOWMELT_JUDGES_PYTHON, the path of a Python with pyarrow";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "snowmelt-pyarrow-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe.skipIf(!python)(`pyarrow (${needs})`, () => {
  test.each(["zstd", "snappy", "gzip", "uncompressed"] as const)(
    "reads edge values of every type by %s",
    async (codec) => {
      const rows = everyTypeRows(3000);
      const options = { codec, pageRows: 700, rowGroupRows: 2000 };
      const path = await save(await encode(everyTypeFields, batchesOf(everyTypeFields, rows, [999]), options));
      const { columns, types } = await judge<Dump>("dump", path);
      everyTypeFields.forEach(({ name, type }, column) => {
        expect(types[column], name).toBe(arrowType(type));
        expect(columns[column], name).toStrictEqual(rows.map((row) => exact(type, row[column] ?? null)));
      });
    },
  );

  test.each(edgeValues)("reads a required column of $name", async ({ name, type, values }) => {
    const fields: Field[] = [{ name, type, nullable: false }];
    const rows = values.filter((value) => value !== null).map((value) => [value]);
    const { columns } = await judge<Dump>("dump", await save(await encode(fields, batchesOf(fields, rows, [2]))));
    expect(columns[0]).toStrictEqual(rows.map(([value]) => exact(type, value ?? null)));
  });

  test("finds as many rows by a predicate as there are", async () => {
    const fields: Field[] = [
      { name: "number", type: { kind: "int64" }, nullable: true },
      { name: "text", type: { kind: "string" }, nullable: true },
    ];
    const rows = Array.from({ length: 5000 }, (_, row) => [
      row % 13 === 0 ? null : BigInt(row * 7 - 9000),
      `${"ß".repeat(row % 60)}${row}`,
    ]);
    const path = await save(
      await encode(fields, batchesOf(fields, rows, [5000]), { pageRows: 200, rowGroupRows: 1000 }),
    );
    const specs = [0, 1234, 4999].flatMap((row) => {
      const [number, text] = rows[row] ?? [];
      return ["<", ">=", "="].flatMap((op) => [
        ...(number === null ? [] : [{ column: "number", op, value: Number(number) }]),
        { column: "text", op, value: text },
      ]);
    });
    const expected = specs.map(({ column, op, value }) => {
      const index = column === "number" ? 0 : 1;
      return rows.filter((row) => holds(op, row[index] ?? null, value)).length;
    });
    expect(await judge<number[]>("predicate", path, specs)).toStrictEqual(expected);
  });

  describe("files it writes are read back", () => {
    // Nanoseconds of the day and in UTC are what other options of pyarrow change; every other type stays itself.
    const fields = everyTypeFields.map((field) => ({ ...field, name: field.name.replaceAll(/\W+/g, "_") }));
    const rows = everyTypeRows(2000);
    const variants = {
      "V1 pages": { data_page_version: "1.0" },
      "V2 pages": { data_page_version: "2.0", compression: "zstd" },
      "V2 pages uncompressed": { data_page_version: "2.0", compression: "none" },
      "small pages, gzip": { data_page_size: 256, compression: "gzip" },
      brotli: { compression: "brotli" },
      "no dictionary": { use_dictionary: false, compression: "snappy" },
      "decimals as integers": { store_decimal_as_integer: true },
      "page checksums and indexes": { write_page_checksum: true, write_page_index: true, compression: "zstd" },
      "delta encodings": {
        use_dictionary: false,
        column_encoding: Object.fromEntries(fields.map(({ name, type }) => [name, deltaEncodingOf(type)])),
      },
      "byte stream split": {
        use_dictionary: false,
        column_encoding: Object.fromEntries(fields.map(({ name, type }) => [name, splitEncodingOf(type)])),
      },
    };

    test("in every variant", async () => {
      const source = await save(await encode(fields, batchesOf(fields, rows, [2000])));
      const specs = Object.entries(variants).map(([name, options], index) => ({
        name,
        options: { row_group_size: 700, ...options },
        path: join(folder, `variant-${index}.parquet`),
      }));
      await judge("rewrite", source, specs);
      for (const { name, path } of specs) {
        const batches = await read(await readFile(path), { fields });
        expect(rowsOf(batches), name).toStrictEqual(rows);
      }
    });

    test("with INT96 timestamps, as Spark wrote them", async () => {
      const instants: Field[] = [{ name: "at", type: { kind: "timestamp", unit: "us", utc: true }, nullable: true }];
      const times = [[0n], [-1n], [null], [1_763_880_000_123_456n], [-62_135_596_800_000_000n]];
      const source = await save(await encode(instants, batchesOf(instants, times, [5])));
      const path = join(folder, "int96.parquet");
      await judge("rewrite", source, [{ path, options: { use_deprecated_int96_timestamps: true } }]);
      const came = rowsOf(await read(await readFile(path), { fields: instants }));
      expect(came.slice(0, 4)).toStrictEqual(times.slice(0, 4));
    });
  });
});

interface Dump {
  readonly types: readonly string[];
  readonly columns: readonly (readonly (string | null)[])[];
}

let files = 0;
async function save({ bytes }: { readonly bytes: Uint8Array }): Promise<string> {
  const path = join(folder, `file-${files++}.parquet`);
  await writeFile(path, bytes);
  return path;
}

async function judge<T>(command: string, path: string, specs?: unknown): Promise<T> {
  const args = [script, command, path, ...(specs === undefined ? [] : [JSON.stringify(specs)])];
  const { stdout } = await promisify(execFile)(python ?? "", args, { maxBuffer: 1 << 28 });
  return (stdout === "" ? undefined : JSON.parse(stdout)) as T;
}

function exact(type: LandType, value: Value): string | null {
  if (value === null) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (type.kind !== "float64") return String(value);
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(Number(value));
  return bytes.toString("hex");
}

function arrowType(type: LandType): string {
  switch (type.kind) {
    case "boolean":
      return "bool";
    case "float64":
      return "double";
    case "date":
      return "date32[day]";
    case "decimal":
      return `decimal128(${type.precision}, ${type.scale})`;
    case "time":
      return `time64[${type.unit}]`;
    case "timestamp":
      return `timestamp[${type.unit}${type.utc ? ", tz=UTC" : ""}]`;
    default:
      return type.kind;
  }
}

function deltaEncodingOf({ kind }: LandType): string {
  if (kind === "string") return "DELTA_BYTE_ARRAY";
  if (kind === "binary") return "DELTA_LENGTH_BYTE_ARRAY";
  return ["int32", "int64", "date", "time", "timestamp"].includes(kind)
    ? "DELTA_BINARY_PACKED"
    : kind === "boolean"
      ? "RLE"
      : "PLAIN";
}

function splitEncodingOf({ kind }: LandType): string {
  return ["boolean", "string", "binary"].includes(kind) ? "PLAIN" : "BYTE_STREAM_SPLIT";
}

function holds(op: string, value: Value, other: unknown): boolean {
  if (value === null) return false;
  const [a, b] = typeof value === "string" ? [Buffer.from(value), Buffer.from(String(other))] : [value, other];
  const order = a instanceof Buffer && b instanceof Buffer ? Buffer.compare(a, b) : Number(a) - Number(b);
  return op === "<" ? order < 0 : op === "=" ? order === 0 : order >= 0;
}
