import { resolve } from "node:path";
import type { EngineStores } from "@snowmelt/pipeline/engine";
import { cliError } from "./cli-error.ts";
import { type CliConfig, dynamoPlace } from "./config.ts";
import { loadPeer } from "./load-peer.ts";

/** Where runs are kept: a folder of this machine, or the table of a deployment. */
export interface RunPlace {
  readonly state?: string;
  readonly table?: string;
}

export interface OpenedRuns extends AsyncDisposable {
  readonly stores: EngineStores;
  /** For messages. */
  readonly where: string;
  /** Whether functions carry out what is stored; else the process of the run does. */
  readonly isDeployed: boolean;
}

/** The folder of state of this machine unless told otherwise; the engine's stores are in `engine` below it. */
export const defaultState = ".snowmelt/state";

/** Opens the stores that the options name. AWS is loaded for a table alone. USAGE, PEER_MISSING. */
export async function openRuns(
  { state, table }: RunPlace,
  { cwd, config }: { readonly cwd: string; readonly config: CliConfig },
): Promise<OpenedRuns> {
  if (state !== undefined && table !== undefined) {
    throw cliError("USAGE", "Runs are in a folder or in a table: name --state or --table, not both.");
  }
  if (table !== undefined) {
    const { openDynamoStores } = await loadPeer("@aws-sdk/client-dynamodb", () => import("@snowmelt/pipeline/aws"));
    const stores = openDynamoStores({ table, ...dynamoPlace(config) });
    return {
      stores,
      where: `the table ${table}`,
      isDeployed: true,
      [Symbol.asyncDispose]: () => stores[Symbol.asyncDispose](),
    };
  }
  const [{ openFileStores }, { openFileStore }] = await Promise.all([
    import("@snowmelt/pipeline/engine"),
    import("@snowmelt/lake/store"),
  ]);
  const folder = resolve(cwd, state ?? defaultState, "engine");
  return {
    stores: openFileStores(openFileStore(folder)),
    where: folder,
    isDeployed: false,
    async [Symbol.asyncDispose]() {},
  };
}
