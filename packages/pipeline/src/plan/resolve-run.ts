import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Environment, findUnsupported, type Pipeline, type SnowflakeConnection } from "@snowmelt/core/definition";
import type { SnowflakeConfigInput } from "@snowmelt/snowflake";
import { pipelineError } from "../pipeline-error.ts";

export interface RunPlace {
  readonly environment: string;
  readonly datasets?: readonly string[] | undefined;
  readonly connection?: Partial<SnowflakeConnection> | undefined;
  readonly stateRoot?: string | undefined;
  readonly runsRoot?: string | undefined;
  readonly baseDirectory?: string | undefined;
}

export interface ResolvedRun {
  readonly environment: Environment;
  /** Checked where it is used. */
  readonly snowflake: SnowflakeConfigInput;
  readonly datasets: readonly string[];
  /** A folder's path, or `s3://bucket/prefix`. */
  readonly lakeRoot: string;
  readonly stateRoot: string;
  readonly runsRoot: string;
}

/** Where a run reads and writes. ENVIRONMENT_UNKNOWN, DATASET_UNKNOWN, PLAN_REFUSED naming everything that is not implemented; own code is not looked for. */
export function resolveRun(definition: Pipeline, place: RunPlace): ResolvedRun {
  const { environments } = definition.platform;
  const environment = Object.hasOwn(environments, place.environment) ? environments[place.environment] : undefined;
  if (!environment) {
    throw pipelineError(
      "ENVIRONMENT_UNKNOWN",
      `The platform ${definition.platform.name} has no environment ${JSON.stringify(place.environment)}; known are ${Object.keys(environments).join(", ")}.`,
    );
  }
  const known = Object.keys(definition.datasets);
  const unknown = place.datasets?.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw pipelineError(
      "DATASET_UNKNOWN",
      `The pipeline ${definition.name} has no dataset ${JSON.stringify(unknown)}; known are ${known.join(", ")}.`,
    );
  }
  const unsupported = findUnsupported(definition);
  if (unsupported.length > 0) {
    throw pipelineError("PLAN_REFUSED", unsupported.map(({ path, message }) => `${path}: ${message}`).join("\n"), {
      details: { unsupported },
    });
  }
  const base = place.baseDirectory ?? process.cwd();
  const { user, ...connection } = { ...environment.snowflake, ...place.connection };
  return {
    environment,
    snowflake: { ...connection, ...(user === undefined ? {} : { username: user }) },
    datasets: known.filter((name) => place.datasets?.includes(name) ?? true),
    lakeRoot: rootOf(environment.lake.root, base),
    stateRoot: resolve(base, place.stateRoot ?? ".snowmelt/state"),
    runsRoot: resolve(base, place.runsRoot ?? ".snowmelt/runs"),
  };
}

function rootOf(root: string, base: string): string {
  if (root.startsWith("s3://")) return root;
  return root.startsWith("file://") ? fileURLToPath(root) : resolve(base, root);
}
