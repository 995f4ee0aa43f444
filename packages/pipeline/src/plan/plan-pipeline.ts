import { definitionHash, type Pipeline, resolveExtract, sourceName } from "@snowmelt/core/definition";
import { silentLogger, systemClock, systemRandom } from "@snowmelt/core/ports";
import { describeRule } from "@snowmelt/core/quality";
import { type LandedColumn, landTypeText, snowflakeTypeText } from "@snowmelt/core/types";
import { openFileStore } from "@snowmelt/lake/store";
import { openSnowflake, parseSnapshot, planSnapshot } from "@snowmelt/snowflake";
import { resolveExtensions } from "../extensions/extensions.ts";
import { type OpenedCatalog, openLake } from "../lake/open-lake.ts";
import { failureOf } from "../run/dataset-record.ts";
import type { RunOptions } from "../run/run-pipeline.ts";
import { chooseWindow, type WindowChoice } from "../stages/choose-window.ts";
import { type InspectContext, type InspectedDataset, inspectDataset } from "../stages/inspect-dataset.ts";
import { planStatement } from "../stages/plan-attempt.ts";
import { writeKind } from "../stages/stage-write.ts";
import { openStateStore, type StateStore } from "../state/state-store.ts";
import { catalogNotices } from "./catalog-notice.ts";
import { catalogPlace } from "./catalog-place.ts";
import { type NextStep, nextStep } from "./next-step.ts";
import type { DatasetPlan, PipelinePlan, PlannedColumn, PlannedDataset } from "./pipeline-plan.ts";
import { plainNotice } from "./plain-notice.ts";
import { resolveRun } from "./resolve-run.ts";
import { syncNotices } from "./sync-notices.ts";
import { cursorOf, instantText, manifestWindow } from "./window.ts";

export type PlanOptions = Pick<
  RunOptions,
  | "environment"
  | "secrets"
  | "datasets"
  | "connection"
  | "stateRoot"
  | "baseDirectory"
  | "extensions"
  | "lake"
  | "signal"
  | "clock"
  | "random"
  | "logger"
>;

interface PlanContext extends InspectContext {
  readonly state: StateStore;
  readonly catalog: OpenedCatalog | undefined;
}

/**
 * What a run would do now. Reads the source's schema and counts and the tables' logs; lands nothing and changes nothing. A
 * dataset that cannot be run is `refused`, with why. Throws where no run could begin, as `runPipeline` does.
 */
export async function planPipeline(definition: Pipeline, options: PlanOptions): Promise<PipelinePlan> {
  const { clock = systemClock, random = systemRandom, logger = silentLogger, secrets } = options;
  const signal = options.signal ?? new AbortController().signal;
  const { environment, snowflake, lakeRoot, stateRoot, datasets } = resolveRun(definition, options);
  resolveExtensions(definition, options.extensions);
  await using session = await openSnowflake(snowflake, { secrets, clock, random, logger, signal });
  await using opened = await openLake(lakeRoot, environment.lake, options.lake);
  const lake = opened.store;
  const stateObjects = openFileStore(stateRoot);
  const context: PlanContext = {
    definition,
    environmentName: options.environment,
    session,
    environment,
    lake,
    catalog: opened.catalog,
    clock,
    random,
    signal,
    state: openStateStore(stateObjects),
    stateObjects,
  };
  const inspected = new Map<string, InspectedDataset | { readonly error: unknown }>();
  for (const name of datasets)
    inspected.set(name, await inspectDataset(context, name).catch((error: unknown) => ({ error })));
  const snapshotMicros = parseSnapshot((await session.query(planSnapshot().sql, [], { signal })).rows);
  const plans: DatasetPlan[] = [];
  for (const [name, found] of inspected) plans.push(await planOrRefuse(context, { name, found, snapshotMicros }));
  return {
    pipeline: definition.name,
    environment: options.environment,
    definitionHash: definitionHash(definition),
    lake: lake.uri,
    snapshot: instantText(snapshotMicros),
    datasets: plans,
  };
}

async function planOrRefuse(
  context: PlanContext,
  {
    name,
    found,
    snapshotMicros,
  }: {
    readonly name: string;
    readonly found: InspectedDataset | { readonly error: unknown };
    readonly snapshotMicros: bigint;
  },
): Promise<DatasetPlan> {
  try {
    if ("error" in found) throw found.error;
    return await planDataset(context, found, snapshotMicros);
  } catch (error) {
    const { code, category, message } = failureOf(error, "plan");
    const dataset = context.definition.datasets[name];
    return {
      status: "refused",
      dataset: name,
      source: dataset ? sourceName(dataset.source) : name,
      code,
      category,
      message,
    };
  }
}

async function planDataset(
  context: PlanContext,
  inspected: InspectedDataset,
  snapshotMicros: bigint,
): Promise<PlannedDataset> {
  const { definition, environmentName, lake, catalog, state, signal } = context;
  const { name, dataset, schema, layout, guarantee, lane, position, snapshot, columns } = inspected;
  const step = nextStep(await state.read(lane, { signal }), position, inspected);
  const choice = await chooseNext(context, inspected, { step, snapshotMicros });
  const window = choice.kind === "unchanged" ? null : choice.window;
  const { sync } = dataset;
  const place = catalog ? catalogPlace(catalog.databasePrefix, name, dataset) : null;
  return {
    status: "planned",
    dataset: name,
    source: sourceName(dataset.source),
    sync: sync.kind === "incremental" ? "incremental" : "full",
    ...actionOf(step, choice),
    columns: schema.columns.map(plannedColumn),
    key: schema.key,
    partitionedBy: layout.partitionColumns,
    rules: schema.rules.map((rule) => ({ rule: describeRule(rule), onFail: rule.onFail })),
    window: sync.kind === "incremental" && window ? manifestWindow(cursorOf(sync, columns), window) : null,
    sourceRows: choice.kind === "land" ? (choice.sourceRows?.toString() ?? null) : choice.kind === "empty" ? "0" : null,
    sql: planStatement(inspected, { window, snapshotMicros: choice.snapshotMicros, unloadId: "<attempt>" }).sql,
    route: inspected.route.name,
    routeReason: inspected.route.why,
    guarantee,
    write: writeKind(inspected),
    table: {
      uri: `${lake.uri}/${inspected.table.path}`,
      version: snapshot?.version ?? null,
      lane,
      laneVersion: position.version,
    },
    catalog: place,
    extract: resolveExtract(definition, name, environmentName),
    notices: [
      ...schema.notices,
      ...(dataset.land.kind === "parquet" ? [plainNotice] : []),
      ...syncNotices(inspected, window),
      ...(place ? await catalogNotices(inspected, place) : []),
    ],
  };
}

function chooseNext(
  context: PlanContext,
  inspected: InspectedDataset,
  { step, snapshotMicros }: { readonly step: NextStep; readonly snapshotMicros: bigint },
): Promise<WindowChoice> | WindowChoice {
  if (step.kind === "repeat") {
    const { window, snapshotMicros: taken } = step.attempt;
    return { kind: "land", window, snapshotMicros: BigInt(taken), sourceRows: null, isRestart: false };
  }
  const lo = step.kind === "fresh" ? step.lo : inspected.position.hi;
  return chooseWindow(context, inspected, { hi: lo, snapshotMicros });
}

function actionOf(step: NextStep, choice: WindowChoice): Pick<PlannedDataset, "action" | "why"> {
  if (step.kind === "repeat") return { action: "repeat", why: `run ${step.attempt.runId} did not finish this window` };
  if (step.kind === "settle")
    return { action: "settle", why: `run ${step.attempt.runId} committed its window; the state does not say so yet` };
  switch (choice.kind) {
    case "empty":
      return { action: "empty", why: "no row of the source is in the window" };
    case "unchanged":
      return { action: "unchanged", why: "the source's fingerprint is that of the last refresh" };
    case "land":
      return { action: "land", why: choice.window ? "the window has rows" : "the source is new or has changed" };
    default:
      return choice satisfies never;
  }
}

function plannedColumn({ source, sourceType, field, part }: LandedColumn): PlannedColumn {
  return {
    source,
    sourceType: snowflakeTypeText(sourceType),
    name: field.name,
    type: landTypeText(field.type),
    nullable: field.nullable,
    part: part.kind === "micros" ? `value (nanoseconds: ${part.nanos}, offset: ${part.offset})` : part.kind,
  };
}
