import type { Channel } from "./channel.ts";
import { unknownName } from "./check/unknown-name.ts";
import type { Dataset } from "./dataset.ts";
import type { Pipeline } from "./pipeline.ts";
import { pathText } from "./problem.ts";

/** Something the language has and this version cannot do yet; `plan` refuses it with these words. */
export interface Unsupported {
  /** `datasets.flights.sync` */
  readonly path: string;
  readonly message: string;
}

/** Names of the user's own code, as `openRuntime({ extensions })` has them. */
export interface ExtensionNames {
  readonly channels: readonly string[];
  /** What carries out transforms. */
  readonly stages: readonly string[];
}

/** Everything in a definition that would be refused; empty when it can run with these extensions. */
export function findUnsupported(
  definition: Pipeline,
  extensions: ExtensionNames = { channels: [], stages: [] },
): Unsupported[] {
  return [
    ...Object.entries(definition.datasets).flatMap(([name, dataset]) =>
      unsupportedIn(dataset).map(({ path, message }) => ({ path: `datasets.${name}.${path}`, message })),
    ),
    ...Object.entries(definition.transforms ?? {}).flatMap(([name, transform]) =>
      unknownExtension(["transforms", name], { what: "stage", name: transform.name, known: extensions.stages }),
    ),
    ...unknownChannels(definition, extensions.channels),
  ];
}

function unknownChannels({ platform }: Pipeline, known: readonly string[]): Unsupported[] {
  const places: { readonly path: readonly string[]; readonly channels?: Readonly<Record<string, Channel>> }[] = [
    { path: ["platform", "alerts", "channels"], ...platform.alerts },
    ...Object.entries(platform.environments).map(([name, { alerts }]) => ({
      path: ["platform", "environments", name, "alerts", "channels"],
      ...alerts,
    })),
  ];
  return places.flatMap(({ path, channels = {} }) =>
    Object.entries(channels).flatMap(([name, channel]) =>
      channel.kind === "custom"
        ? unknownExtension([...path, name], { what: "channel", name: channel.name, known })
        : [],
    ),
  );
}

function unknownExtension(
  path: readonly string[],
  { what, name, known }: { readonly what: string; readonly name: string; readonly known: readonly string[] },
): Unsupported[] {
  if (known.includes(name)) return [];
  const hint =
    known.length === 0
      ? `no ${what} of your own is known here, so custom(${JSON.stringify(name)}) is nobody's; give it to openRuntime({ extensions })`
      : `${unknownName(`${what} of your own called`, name, known)}; openRuntime({ extensions }) gives them`;
  return [{ path: pathText([...path, "name"]), message: hint }];
}

function unsupportedIn({ sync, land, quality }: Dataset): Unsupported[] {
  const found: Unsupported[] = [];
  if (sync.kind === "capture") {
    found.push({
      path: "sync",
      message: "capture() is not implemented yet; use incremental({ cursor, lag, deletes }) or full()",
    });
  }
  if (sync.kind === "incremental" && sync.deletes !== "ignore") {
    found.push({
      path: "sync.deletes",
      message:
        'fullDiff() is not implemented yet; use deletes: "ignore" (rows deleted at the source stay in the lake) or full()',
    });
  }
  if (land.kind === "parquet" && sync.kind !== "full") {
    found.push({
      path: "land",
      message: `parquet() goes with full(): ${sync.kind}() changes rows by their key, and a catalog cannot show changed files of a folder of plain files; use delta()`,
    });
  }
  if (land.kind === "parquet" && quality.some(({ onFail }) => onFail === "quarantine")) {
    found.push({
      path: "quality",
      message:
        'a rule that quarantines commits two tables by one log, which parquet() has not; use delta(), or onFail: "block" or "warn"',
    });
  }
  return found;
}
