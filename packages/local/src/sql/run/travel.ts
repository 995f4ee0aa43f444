import type { Binder } from "../bind/binder.ts";
import { bindExpression } from "../bind/expression.ts";
import { openScope } from "../bind/scope.ts";
import type { CatalogTable } from "../catalog/catalog.ts";
import { compilationError, timeTravelUnavailable, unsupported } from "../failures.ts";
import { printPath } from "../quote.ts";
import type { TimeTravel } from "../syntax/tree.ts";
import { cast } from "../types/cast.ts";
import { number, TIMESTAMP_LTZ } from "../types/logical-type.ts";
import { readValue, withConnection } from "./connections.ts";
import type { EngineState } from "./engine-state.ts";
import { statementMoment } from "./history.ts";

/** Where an AT or BEFORE clause points: a version, and the moment it stands for (for the retention period). */
interface TravelPoint {
  readonly version: number;
  readonly micros: bigint;
}

/** Evaluates every AT and BEFORE clause of a statement, and returns how a table is read at each. */
export async function resolveTravel(tree: unknown, binder: Binder, state: EngineState): Promise<Binder["versionOf"]> {
  const points = new Map<TimeTravel, TravelPoint>();
  for (const travel of clausesIn(tree)) points.set(travel, await pointOf(travel, binder, state));
  return (travel, table) => {
    const point = points.get(travel);
    if (point === undefined) throw unsupported("time travel inside a view");
    requireWithin(point, table, binder.nowMicros);
    return point.version;
  };
}

function requireWithin(point: TravelPoint, table: CatalogTable, nowMicros: bigint): void {
  const oldest = nowMicros - BigInt(table.retentionDays) * 86_400_000_000n;
  if (point.version < table.createdVersion || point.micros < oldest)
    throw timeTravelUnavailable(printPath([table.name]));
}

function clausesIn(tree: unknown): readonly TimeTravel[] {
  if (typeof tree !== "object" || tree === null || tree instanceof Map)
    return tree instanceof Map ? [...tree.values()].flatMap(clausesIn) : [];
  const own = isTravel(tree) ? [tree] : [];
  return [...own, ...Object.values(tree).flatMap(clausesIn)];
}

function isTravel(tree: object): tree is TimeTravel {
  return "mode" in tree && "by" in tree && (tree.mode === "AT" || tree.mode === "BEFORE");
}

async function pointOf(travel: TimeTravel, binder: Binder, state: EngineState): Promise<TravelPoint> {
  const value = bindExpression(travel.value, openScope(null), binder);
  if (travel.by === "STATEMENT") {
    if (value.constant === undefined) throw compilationError("AT(STATEMENT => ..) takes a literal query id");
    return statementPoint(value.constant, travel.mode, state);
  }
  const mode = { session: binder.session };
  const seconds =
    travel.by === "TIMESTAMP" ? cast(value, TIMESTAMP_LTZ, mode).sql : cast(value, number(38, 9), mode).sql;
  const text = await withConnection(state.connections, (connection) =>
    readValue(connection, `SELECT CAST(${seconds} AS VARCHAR)`),
  );
  if (text === null || text === undefined) throw compilationError("the moment of AT or BEFORE is NULL");
  const nanos = BigInt(String(text).replace(".", ""));
  const moment = travel.by === "TIMESTAMP" ? nanos : binder.nowMicros * 1000n + nanos;
  return momentPoint(moment, travel.mode, state);
}

/** The last commit at or before (AT), or before (BEFORE), a moment in nanoseconds. */
function momentPoint(nanos: bigint, mode: TimeTravel["mode"], state: EngineState): TravelPoint {
  const micros = mode === "AT" ? floorDivide(nanos, 1000n) : floorDivide(nanos - 1n, 1000n);
  if (micros > state.clock.latest()) throw timeTravelUnavailable("in the future");
  state.clock.observe(micros);
  return { version: state.versions.at(micros), micros };
}

async function statementPoint(queryId: string, mode: TimeTravel["mode"], state: EngineState): Promise<TravelPoint> {
  const made = state.versions.ofStatement(queryId);
  const [first, last] = [made[0], made.at(-1)];
  if (first !== undefined && last !== undefined)
    return mode === "AT"
      ? { version: last.version, micros: last.stampMicros }
      : { version: state.versions.at(first.stampMicros - 1n), micros: first.stampMicros };
  const micros = await statementMoment(state, queryId);
  if (micros === null) throw compilationError(`Statement ${queryId} not found`, "000709", "02000");
  return { version: state.versions.at(micros), micros };
}

function floorDivide(value: bigint, by: bigint): bigint {
  return value / by - (value % by < 0n ? 1n : 0n);
}
