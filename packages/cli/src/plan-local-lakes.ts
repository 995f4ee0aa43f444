import { type Platform, parseStageName } from "@snowmelt/core/definition";
import { isLoopback } from "@snowmelt/core/network";
import type { LocalLake } from "./cli-context.ts";

/** The zones that have a database; that of another is made by hand. */
const zones = ["raw", "curated"];

/**
 * What the lakes of a platform need where they are run into on this machine: those on S3 whose Snowflake is on a loopback
 * address. Pure.
 */
export function planLocalLakes(
  { environments }: Pick<Platform, "environments">,
  pipeline: string,
): readonly LocalLake[] {
  return Object.entries(environments).flatMap(([environment, { lake, snowflake }]): LocalLake[] => {
    if (!lake.root.startsWith("s3://") || !isLoopback(snowflake.host ?? "")) return [];
    const stage = lake.stage === undefined ? undefined : parseStageName(lake.stage);
    return [
      {
        environment,
        root: lake.root,
        databases: lake.catalog ? zones.map((zone) => `${lake.catalog?.databasePrefix}${zone}`) : [],
        ...(stage ? { stage } : {}),
        run: `npx snowmelt run ${pipeline} --env ${environment}`,
        ...(snowflake.port === undefined ? {} : { port: snowflake.port }),
      },
    ];
  });
}
