import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { constants, zstdCompressSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { type ColumnBatch, type ColumnVector, type Field, isValid, storageOf, valueAt } from "@snowmelt/core/types";
import { openParquetEncoder, type ParquetEncoderOptions } from "@snowmelt/lake/parquet";
import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { type BenchData, readBatches } from "./data.ts";

/** Adds the CPU time of `work` alone to the writer's account. */
export type Meter = <T>(work: () => T) => T;

export interface BenchWriter {
  readonly name: string;
  /** What its account leaves out. */
  readonly note: string;
  readonly write: (data: BenchData, out: string, meter: Meter) => Promise<void>;
}

const rowGroupRows = 500_000;

export const writers: readonly BenchWriter[] = [
  { name: "snowmelt zstd", note: "", write: snowmelt({}) },
  { name: "snowmelt snappy", note: "", write: snowmelt({ codec: "snappy" }) },
  { name: "hyparquet-writer zstd", note: "its arrays of values made beforehand", write: hyparquet("ZSTD") },
  { name: "hyparquet-writer snappy", note: "its arrays of values made beforehand", write: hyparquet("SNAPPY") },
  { name: "DuckDB COPY zstd", note: "rows in its own table beforehand, 1 thread", write: duckdb },
];

function snowmelt(options: ParquetEncoderOptions): BenchWriter["write"] {
  return async (data, out, meter) => {
    const file = openSync(out, "w");
    const encoder = openParquetEncoder(data.fields, { ...options, rowGroupRows, rowGroupBytes: 2 ** 40 });
    const save = (parts: Uint8Array[]): void => {
      for (const part of parts) writeSync(file, part);
    };
    for await (const batch of readBatches(data)) save(meter(() => encoder.append(batch)));
    save(meter(() => encoder.finish().parts));
    closeSync(file);
  };
}

function hyparquet(codec: "ZSTD" | "SNAPPY"): BenchWriter["write"] {
  return async (data, out, meter) => {
    const writer = new ByteWriter();
    const zstd = (bytes: Uint8Array): Uint8Array =>
      zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
    const schema: SchemaElement[] = [
      { name: "schema", num_children: data.fields.length },
      ...data.fields.map(elementOf),
    ];
    const parquet = new ParquetWriter({ writer, schema, codec, compressors: { ZSTD: zstd } });
    let held: ColumnBatch[] = [];
    const flush = (): void => {
      const columnData = data.fields.map((field, index) => ({
        name: field.name,
        columnIndex: true,
        data: held.flatMap(({ columns, rowCount }) => valuesOf(field, columns[index], rowCount)),
      }));
      held = [];
      meter(() => parquet.write({ columnData, rowGroupSize: rowGroupRows }));
    };
    for await (const batch of readBatches(data)) {
      held.push(batch);
      if (held.reduce((rows, { rowCount }) => rows + rowCount, 0) >= rowGroupRows) flush();
    }
    if (held.length > 0) flush();
    meter(() => parquet.finish());
    writeFileSync(out, writer.getBytes());
  };
}

function valuesOf({ type }: Field, vector: ColumnVector | undefined, rowCount: number): unknown[] {
  if (!vector) return [];
  return Array.from({ length: rowCount }, (_, row) => (isValid(vector, row) ? valueAt(type, vector, row) : null));
}

function elementOf({ name, type, nullable }: Field): SchemaElement {
  const element = { name, repetition_type: nullable ? ("OPTIONAL" as const) : ("REQUIRED" as const) };
  switch (type.kind) {
    case "boolean":
      return { ...element, type: "BOOLEAN" };
    case "int32":
      return { ...element, type: "INT32" };
    case "date":
      return { ...element, type: "INT32", converted_type: "DATE", logical_type: { type: "DATE" } };
    case "float64":
      return { ...element, type: "DOUBLE" };
    case "string":
      return { ...element, type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } };
    case "binary":
      return { ...element, type: "BYTE_ARRAY" };
    case "timestamp":
      return {
        ...element,
        type: "INT64",
        logical_type: { type: "TIMESTAMP", isAdjustedToUTC: type.utc, unit: "MICROS" },
      };
    case "decimal": {
      const { precision, scale } = type;
      const decimal = {
        ...element,
        precision,
        scale,
        converted_type: "DECIMAL" as const,
        logical_type: { type: "DECIMAL" as const, precision, scale },
      };
      const storage = storageOf(type);
      if (storage === "int128") return { ...decimal, type: "FIXED_LEN_BYTE_ARRAY", type_length: 16 };
      return { ...decimal, type: storage === "int32" ? "INT32" : "INT64" };
    }
    default:
      return { ...element, type: "INT64" };
  }
}

async function duckdb(data: BenchData, out: string, meter: Meter): Promise<void> {
  const connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
  await connection.run(`CREATE TABLE t AS SELECT * FROM read_parquet('${await asParquet(data, out)}')`);
  const options = `FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE ${rowGroupRows}`;
  await meter(() => connection.run(`COPY t TO '${out}' (${options})`));
}

/** The rows as a file DuckDB can load; not on its account. */
async function asParquet(data: BenchData, out: string): Promise<string> {
  const path = `${out}.source`;
  await snowmelt({ codec: "uncompressed" })(data, path, (work) => work());
  return path;
}

export async function readData(folder: string): Promise<BenchData> {
  return JSON.parse(await readFile(`${folder}/data.json`, "utf8")) as BenchData;
}
