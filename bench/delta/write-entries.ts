import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const beganAtMs = 1_763_880_000_000;
const columns = [
  ["ID", "long"],
  ["TS", "timestamp"],
  ["AMOUNT", "decimal(18,2)"],
  ["NAME", "string"],
  ["DAY", "date"],
] as const;

/** The log of a partitioned table in eleven entries, with statistics as our files have them; the files are not there. */
export async function writeEntries(table: string, files: number): Promise<void> {
  const log = join(table, "_delta_log");
  await mkdir(log, { recursive: true });
  const fields = columns.map(([name, type]) => ({ name, type, nullable: true, metadata: {} }));
  const metaData = {
    id: uuid(1),
    format: { provider: "parquet", options: {} },
    schemaString: JSON.stringify({ type: "struct", fields }),
    partitionColumns: ["DAY"],
    configuration: { "delta.checkpointInterval": "1000000" },
    createdTime: beganAtMs,
  };
  const write = (version: number, actions: readonly object[]): Promise<void> => {
    const lines = [{ commitInfo: { timestamp: beganAtMs, operation: "WRITE" } }, ...actions];
    const body = lines.map((action) => `${JSON.stringify(action)}\n`).join("");
    return writeFile(join(log, `${String(version).padStart(20, "0")}.json`), body);
  };
  await write(0, [{ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }, { metaData }]);
  for (let entry = 0; entry < 10; entry++) {
    const [from, to] = [Math.floor((files * entry) / 10), Math.floor((files * (entry + 1)) / 10)];
    const adds = Array.from({ length: to - from }, (_, index) => ({ add: addOf(from + index) }));
    await write(entry + 1, [...adds, { txn: { appId: `lane${entry}`, version: 1, lastUpdated: beganAtMs } }]);
  }
}

function addOf(index: number) {
  const DAY = new Date(beganAtMs + (index % 1000) * 86_400_000).toISOString().slice(0, 10);
  const bounds = (end: boolean) => ({
    ID: index * 1000 + (end ? 999 : 0),
    TS: `${DAY}T${end ? "23:59:59.999999" : "00:00:00.000000"}Z`,
    AMOUNT: end ? 99.25 : 1.25,
    NAME: `${end ? "zz" : "aa"} ${index}`,
  });
  const nullCount = { ID: 0, TS: 0, AMOUNT: index % 7, NAME: index % 11 };
  return {
    path: `data/run=${uuid(Math.floor(index / 100))}/DAY=${DAY}/part-${uuid(index)}.parquet`,
    partitionValues: { DAY },
    size: 12_345 + index,
    modificationTime: beganAtMs + index,
    dataChange: true,
    stats: JSON.stringify({ numRecords: 1000, minValues: bounds(false), maxValues: bounds(true), nullCount }),
    tags: { "snowmelt.snapshotMicros": "1763880000000000" },
  };
}

const uuid = (number: number): string => {
  const hex = Math.imul(number + 1, 0x9e3779b1) >>> 0;
  return `${hex.toString(16).padStart(8, "0")}-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
};
