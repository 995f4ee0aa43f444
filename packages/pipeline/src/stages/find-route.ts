import { createHash } from "node:crypto";
import { parseStageName, resolveExtract } from "@snowmelt/core/definition";
import { checkStage, describeStage, type Stage, unloadRefusals } from "@snowmelt/snowflake";
import { pipelineError } from "../pipeline-error.ts";
import { chooseRoute, type RouteChoice, unloadWhy } from "../plan/choose-route.ts";
import type { RunContext } from "../run/run-context.ts";
import { snowmeltVersion } from "../snowmelt-version.ts";
import { readRefusedUnload } from "../state/refused-unloads.ts";
import type { InspectedSource } from "./inspect-dataset.ts";

/** How a dataset's rows come, with what an unload needs. */
export type Route =
  | (RouteChoice & { readonly name: "stream" })
  | (RouteChoice & {
      readonly name: "unload";
      readonly stage: Stage;
      /** The table below the stage; empty, or ending with `/`. In an internal stage as in the lake. */
      readonly folder: string;
      readonly maxFileBytes: number;
      /** Names what is unloaded and how, for the memory of refusals. */
      readonly hash: string;
      /** Whether the definition insists. */
      readonly isWanted: boolean;
    });

export type RouteContext = Pick<
  RunContext,
  "definition" | "environmentName" | "environment" | "session" | "stateObjects" | "signal"
>;

/** Snowflake's own limit of MAX_FILE_SIZE. */
const largestFileBytes = 5_368_709_120;

/**
 * Chooses the route of a dataset. The stage is asked only where everything else allows an unload; one that is not there or
 * points elsewhere throws OBJECT_NOT_FOUND or STAGE_MISMATCH, for a stream in its stead would hide it. ROUTE_IMPOSSIBLE where
 * the definition insists on what cannot be.
 */
export async function findRoute(context: RouteContext, source: InspectedSource): Promise<Route> {
  const { definition, environmentName, environment, session, signal } = context;
  const { name, dataset, described, schema, guarantee, table } = source;
  const { route: wanted, maxFileBytes } = resolveExtract(definition, name, environmentName);
  const { stage: stageName } = environment.lake;
  const lost = schema.batchFields.slice(schema.extracted.length).map((field) => field.name);
  const choice = chooseRoute({
    wanted,
    stage: stageName,
    land: dataset.land.kind,
    refusals: unloadRefusals({ landed: schema.extracted, quality: schema.rules }),
    lostColumns: lost,
    guarantee: guarantee.name,
    verify: dataset.verify,
  });
  if (choice.name === "impossible") throw impossible(name, choice.reasons);
  const place = stageName === undefined ? undefined : parseStageName(stageName);
  if (choice.name === "stream") return choice;
  if (!place) throw new RangeError("an unload is chosen only where a stage is named");
  const stage = await describeStage(session, place, { signal });
  const isInternal = stage.kind === "internal";
  const folder = isInternal ? `${table.path}/` : checkStage(stage, `${table.store.uri}/${table.path}`).prefix;
  const hash = hashOf(source, stage);
  const refused = await readRefusedUnload(
    context.stateObjects,
    { environment: environmentName, pipeline: definition.name, dataset: name },
    { of: hash, signal },
  );
  const isWanted = wanted === "unload";
  if (refused !== undefined && !isWanted)
    return { name: "stream", why: `what Snowflake unloaded of it earlier was refused: ${refused}` };
  const fileBytes = Math.min(maxFileBytes, largestFileBytes);
  const why = unloadWhy({ wanted, stage: stageName, isInternal, tableBytes: described?.bytes });
  return { name: "unload", why, stage, folder, maxFileBytes: fileBytes, hash, isWanted };
}

/** Another version of ours may take what this one refuses. */
function hashOf({ schema, layout }: InspectedSource, { kind, url }: Stage): string {
  const columns = schema.extracted.map(({ source, sourceType, field, part }) => ({ source, sourceType, field, part }));
  const what = { columns, partitionColumns: layout.partitionColumns, kind, url, snowmeltVersion };
  return createHash("sha256").update(JSON.stringify(what)).digest("hex");
}

export const impossible = (name: string, reasons: readonly string[]) =>
  pipelineError(
    "ROUTE_IMPOSSIBLE",
    `${name} cannot be unloaded: ${reasons.join("; ")}. Say route: "auto", which streams what cannot be unloaded, or change what is named.`,
    { details: { reasons } },
  );
