import { type Pipeline, sourceName } from "@snowmelt/core/definition";
import { isSnowmeltError } from "@snowmelt/core/errors";
import { sameFields } from "@snowmelt/core/types";
import { compareSchema, type SnapshotVerification, tableUri, type VerifySnapshotOptions } from "@snowmelt/lake/delta";
import { instantText } from "../plan/window.ts";
import { takeSnapshot } from "../run/take-snapshot.ts";
import { type InspectedSource, inspectSource } from "../stages/inspect-dataset.ts";
import { readHashes } from "./find-manifests.ts";
import { type LandedTable, openLandedTable } from "./landed-table.ts";
import { compared, lakeChecks } from "./rung-check.ts";
import { readSetAside } from "./set-aside.ts";
import { planSourceView } from "./source-view.ts";
import { verdictOf } from "./verdict.ts";
import type { RungCheck, TableVerification, Verification } from "./verification.ts";
import { verifyCatalog } from "./verify-catalog.ts";
import { openVerification, type VerifyContext, type VerifyOptions } from "./verify-context.ts";
import { verifySource } from "./verify-source.ts";

/**
 * Holds the tables of a definition, as they are now, against everything that tells of them: the source, the files, the log
 * and the catalog; deep every byte, value and row. What does not agree is a failed check; what cannot be compared is one
 * that says why. Writes nothing. Throws where nothing could be looked at: a wrong call, no connection, no lake. May be
 * repeated at any time.
 */
export async function verifyTables(definition: Pipeline, options: VerifyOptions): Promise<Verification> {
  return openVerification(definition, options, {
    runId: null,
    async work(context, names) {
      const tables: TableVerification[] = [];
      for (const name of names) tables.push(await verifyTable(context, name));
      return tables;
    },
  });
}

async function verifyTable(context: VerifyContext, name: string): Promise<TableVerification> {
  const startedMs = context.clock.monotonicMs();
  const { definition, clock } = context;
  const inspected = await inspectOrTell(context, name);
  const dataset = definition.datasets[name];
  const source = dataset ? sourceName(dataset.source) : name;
  const close = (
    found: Omit<TableVerification, "dataset" | "source" | "verdict" | "passed" | "durationMs">,
  ): TableVerification => {
    const verdict = verdictOf(found.checks, isOfRows);
    const durationMs = Math.round(clock.monotonicMs() - startedMs);
    return { dataset: name, source, ...found, verdict, passed: verdict === "agrees", durationMs };
  };
  const nothing = { table: name, deltaVersion: null, sourceAsOf: null, files: 0, rows: null, bytes: 0 };
  if ("check" in inspected) return close({ ...nothing, checks: [inspected.check] });
  const table = tableUri(inspected.table);
  const landed = await openLandedTable(inspected.table, { signal: context.signal });
  if (!landed) {
    const check = compared("files", { name: "table", subject: table, expected: "a table", actual: "no table" });
    return close({ ...nothing, table, checks: [check] });
  }
  const files = await lookAtFiles(context, name, { landed });
  const nowMicros = await takeSnapshot(context);
  const view = planSourceView(context, inspected, { landed, nowMicros });
  const held = await verifySource(context, inspected, {
    view,
    landed,
    files,
    readSetAside: () => readSetAside(context, inspected, landed),
  });
  const { atMicros } = held;
  return close({
    table,
    deltaVersion: landed.version,
    sourceAsOf: atMicros === undefined ? null : instantText(atMicros),
    files: files.files,
    rows: files.rows ?? null,
    bytes: files.bytes,
    checks: [
      ...schemaChecks(inspected, landed),
      ...held.checks,
      ...lakeChecks("files", files),
      ...(await verifyCatalog(context, inspected, landed)),
    ],
  });
}

/** Whether rows of the source were looked at: that its columns are the definition's says nothing of them. */
const isOfRows = ({ rung, name }: RungCheck): boolean => rung === "source" && name !== "columns";

/** A source that is not what the definition says is a difference, not the end. */
async function inspectOrTell(
  context: VerifyContext,
  name: string,
): Promise<InspectedSource | { readonly check: RungCheck }> {
  try {
    return await inspectSource(context, name);
  } catch (error) {
    if (!isSnowmeltError(error, "SCHEMA_MISMATCH")) throw error;
    const compare = { name: "columns", subject: "the source", expected: "the committed schema", actual: error.message };
    return { check: compared("source", compare) };
  }
}

/** The log's columns against those that the definition lands. */
function schemaChecks({ layout }: InspectedSource, landed: LandedTable): RungCheck[] {
  const expected = `${layout.fields.length} columns as the definition lands them`;
  const actual = schemaDifference(layout, landed) ?? expected;
  return [compared("source", { name: "columns", subject: "the log", expected, actual })];
}

function schemaDifference(
  { fields, partitionColumns }: InspectedSource["layout"],
  { told, fields: held }: LandedTable,
): string | undefined {
  if (told.kind === "delta") {
    const comparison = compareSchema(told.snapshot.metaData, { fields, partitionColumns });
    return comparison.kind === "incompatible" ? comparison.message : undefined;
  }
  const heldBy = told.snapshot.table.partitionColumns;
  if (heldBy.join() !== partitionColumns.join()) return `it is partitioned by (${heldBy.join(", ")})`;
  return sameFields(held, fields) ? undefined : `the columns ${held.map(({ name }) => name).join(", ")}`;
}

export async function lookAtFiles(
  { deep, runsRoot, signal, onProgress }: Pick<VerifyContext, "deep" | "runsRoot" | "signal" | "onProgress">,
  name: string,
  { landed, only }: { readonly landed: LandedTable; readonly only?: ReadonlySet<string> | undefined },
): Promise<SnapshotVerification> {
  const hashes = deep && landed.told.kind === "delta" ? await readHashes(runsRoot, name) : undefined;
  const options: VerifySnapshotOptions = {
    deep,
    sha256Of: (path) => hashes?.get(path),
    onFile: ({ files, of, bytes }) => onProgress?.({ dataset: name, files, ofFiles: of, bytes }),
    signal,
  };
  return landed.verifyFiles(options, only);
}
