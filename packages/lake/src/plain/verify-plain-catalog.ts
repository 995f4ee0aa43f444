import { normalLocation } from "../glue/catalog-table.ts";
import type { GlueCatalog } from "../glue/glue-calls.ts";
import { valuesKey } from "../glue/plan-partition-change.ts";
import { listPartitions } from "../glue/read-partitions.ts";
import { type Check, check } from "../verify/check.ts";
import { verifyCatalogTable } from "../verify/verify-catalog.ts";
import type { PlainSnapshot } from "./plain-snapshot.ts";
import { type PlainCatalogRequest, planPlainCatalog } from "./plan-plain-catalog.ts";

/**
 * Holds the catalog's table and its partitions against a version: there, at their places, and no others. Writes nothing.
 * Throws what {@link planPlainCatalog} does. May be repeated.
 */
export async function verifyPlainCatalog(
  glue: Pick<GlueCatalog, "getTable" | "getPartitions">,
  snapshot: PlainSnapshot,
  { signal, ...request }: PlainCatalogRequest & { readonly signal?: AbortSignal | undefined },
): Promise<readonly Check[]> {
  const { table, partitions } = planPlainCatalog(snapshot, request);
  const checks = await verifyCatalogTable(glue, table, { signal });
  if (!partitions || checks.some(({ name, passed }) => name === "table" && !passed)) return checks;
  const { existing } = await listPartitions(glue, table, signal);
  const found = new Map(
    [...existing].map(([key, { StorageDescriptor }]) => [key, normalLocation(StorageDescriptor?.Location ?? "")]),
  );
  const wanted = new Map(partitions.map(({ values, location }) => [valuesKey(values), normalLocation(location)]));
  const subject = `${table.database}.${table.name}`;
  const differing = [...new Set([...wanted.keys(), ...found.keys()])].flatMap((key) => {
    const [expected, actual] = [wanted.get(key) ?? "no such partition", found.get(key) ?? "no such partition"];
    return expected === actual ? [] : [check("partition", `${subject}, ${key}`, { expected, actual })];
  });
  const agreed = wanted.size - differing.filter(({ expected }) => expected !== "no such partition").length;
  return [
    ...checks,
    check("partitions", subject, {
      expected: `${wanted.size} of ${wanted.size} agree`,
      actual: `${agreed} of ${wanted.size} agree`,
    }),
    ...differing,
  ];
}
