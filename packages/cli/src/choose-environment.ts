import type { Platform } from "@snowmelt/core/definition";
import { cliError } from "./cli-error.ts";

/** The environment that was named; without a name, the only one there is. */
export function chooseEnvironment(platform: Platform, named: string | undefined): string {
  const names = Object.keys(platform.environments);
  const [only] = names;
  if (named === undefined && only !== undefined && names.length === 1) return only;
  if (named !== undefined && names.includes(named)) return named;
  const known = `platform ${platform.name} has ${names.join(", ")}`;
  throw named === undefined
    ? cliError("USAGE", `Say which environment is meant, by --env; ${known}.`)
    : cliError("ENVIRONMENT_UNKNOWN", `There is no environment ${JSON.stringify(named)}; ${known}.`);
}
