import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deserialize, serialize } from "node:v8";
import { DuckDBInstance, DuckDBTimestampValue, type DuckDBValue } from "@duckdb/node-api";
import { seededRandom } from "@snowmelt/core/ports";
import {
  batchBytes,
  type ColumnBatch,
  type Field,
  openVectorBuilder,
  storageOf,
  type VectorBuilder,
} from "@snowmelt/core/types";

const batchRows = 100_000;

export interface BenchData {
  readonly name: string;
  readonly folder: string;
  readonly rowCount: number;
  readonly bytes: number;
  readonly fields: readonly Field[];
}

/** The 3,000,000 flights of vega-datasets, with the key and the change time that the sample table has. */
export async function prepareFlights(folder: string): Promise<BenchData> {
  const fields: Field[] = [
    { name: "FLIGHT_ID", type: { kind: "int64" }, nullable: false },
    { name: "DATE", type: { kind: "timestamp", unit: "us", utc: true }, nullable: true },
    { name: "DELAY", type: { kind: "int32" }, nullable: true },
    { name: "DISTANCE", type: { kind: "int32" }, nullable: true },
    { name: "ORIGIN", type: { kind: "string" }, nullable: true },
    { name: "DESTINATION", type: { kind: "string" }, nullable: true },
    { name: "UPDATED_AT", type: { kind: "timestamp", unit: "us", utc: true }, nullable: true },
  ];
  const file = fileURLToPath(new URL("../data/flights-3m.parquet", import.meta.resolve("vega-datasets")));
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const result = await connection.stream(
    `SELECT row_number() OVER ()::BIGINT, date, delay::INTEGER, distance::INTEGER, origin, destination, date + INTERVAL 3 HOUR
     FROM read_parquet('${file}')`,
  );
  async function* rows(): AsyncGenerator<DuckDBValue[]> {
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      yield* chunk.getRows();
    }
  }
  return save("flights", folder, fields, rows());
}

/** A million rows of mixed types: keys, wide decimals, long and short text, NULLs. The same rows every time. */
export async function prepareMixed(folder: string, rowCount = 1_000_000): Promise<BenchData> {
  const fields: Field[] = [
    { name: "ID", type: { kind: "int64" }, nullable: false },
    { name: "AMOUNT", type: { kind: "decimal", precision: 38, scale: 4 }, nullable: false },
    { name: "PRICE", type: { kind: "decimal", precision: 12, scale: 2 }, nullable: true },
    { name: "QUANTITY", type: { kind: "int32" }, nullable: true },
    { name: "RATIO", type: { kind: "float64" }, nullable: true },
    { name: "IS_OPEN", type: { kind: "boolean" }, nullable: true },
    { name: "DAY", type: { kind: "date" }, nullable: true },
    { name: "CREATED_AT", type: { kind: "timestamp", unit: "us", utc: false }, nullable: true },
    { name: "STATUS", type: { kind: "string" }, nullable: true },
    { name: "CUSTOMER", type: { kind: "string" }, nullable: true },
    { name: "PAYLOAD", type: { kind: "string" }, nullable: true },
    { name: "TOKEN", type: { kind: "binary" }, nullable: true },
  ];
  const random = seededRandom(7);
  const integer = (below: number): number => Math.floor(random.float() * below);
  async function* rows(): AsyncGenerator<DuckDBValue[]> {
    for (let row = 0; row < rowCount; row++) {
      const customer = integer(200_000);
      yield [
        BigInt(row),
        BigInt(integer(2 ** 48)) * BigInt(integer(2 ** 40)) - 10n ** 20n,
        integer(10) === 0 ? null : BigInt(integer(10_000_000)),
        integer(3) === 0 ? null : integer(500),
        random.float() * 1000,
        integer(2) === 0,
        19_000 + integer(1500),
        1_700_000_000_000_000n + BigInt(row) * 1_000_003n,
        ["OPEN", "CLOSED", "PENDING", "FAILED"][integer(4)] ?? null,
        `customer-${customer.toString(36)}`,
        JSON.stringify({ id: row, customer, tags: ["a", "b", "c"].slice(integer(3)), note: `run ${integer(1e6)}` }),
        null,
      ];
    }
  }
  return save("mixed", folder, fields, rows());
}

/** The batches of a prepared set, one at a time. */
export async function* readBatches({ folder }: BenchData): AsyncGenerator<ColumnBatch> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".batch")).toSorted();
  for (const name of names) yield deserialize(await readFile(join(folder, name))) as ColumnBatch;
}

async function save(
  name: string,
  root: string,
  fields: readonly Field[],
  rows: AsyncIterable<DuckDBValue[]>,
): Promise<BenchData> {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  const builders = fields.map(({ type }) => openVectorBuilder(type, batchRows));
  let rowCount = 0;
  let bytes = 0;
  let batches = 0;
  const flush = async (): Promise<void> => {
    const held = builders[0]?.rowCount ?? 0;
    if (held === 0) return;
    const batch: ColumnBatch = { fields, columns: builders.map((builder) => builder.finish()), rowCount: held };
    bytes += batchBytes(batch);
    rowCount += held;
    await writeFile(join(folder, `${String(batches++).padStart(4, "0")}.batch`), serialize(batch));
  };
  for await (const row of rows) {
    builders.forEach((builder, index) => {
      append(builder, fields[index], row[index] ?? null);
    });
    if (builders[0]?.rowCount === batchRows) await flush();
  }
  await flush();
  const data = { name, folder, rowCount, bytes, fields };
  await writeFile(join(folder, "data.json"), JSON.stringify(data));
  return data;
}

function append(builder: VectorBuilder, field: Field | undefined, value: DuckDBValue): void {
  if (value === null || !field) return builder.appendNull();
  if (value instanceof DuckDBTimestampValue) return builder.appendInt64(value.micros);
  if (typeof value === "string") return builder.appendText(value);
  if (typeof value !== "bigint") return builder.appendNumber(Number(value));
  if (storageOf(field.type) === "int64") return builder.appendInt64(value);
  return builder.appendInt128(BigInt.asIntN(64, value), BigInt.asIntN(64, value >> 64n));
}
