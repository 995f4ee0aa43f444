import { type ArchivedStores, exportStores } from "@snowmelt/pipeline/engine";
import { collect } from "../../src/engine/testing/contract-cases.ts";

/** What an export holds, whatever the order of its lines and of what is in them. */
export async function exported(stores: ArchivedStores): Promise<readonly unknown[]> {
  const lines = (await collect(exportStores(stores))).slice(1, -1);
  return lines
    .map((line) => JSON.stringify(JSON.parse(line, (_, value: unknown) => inOrder(value))))
    .sort()
    .map((line): unknown => JSON.parse(line));
}

const inOrder = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
