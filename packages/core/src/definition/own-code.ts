import type { z } from "zod";
import { bindRule, type OwnRules } from "../quality/index.ts";
import type { Channel } from "./channel.ts";
import { unknownName } from "./check/unknown-name.ts";
import type { Dataset } from "./dataset.ts";
import { planLandedSchema } from "./landed-schema.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Platform } from "./platform.ts";
import { type Problem, pathText, problemText } from "./problem.ts";

/** What a definition has to know of own code: what its options may be. */
export interface OwnCode {
  readonly name: string;
  readonly options: z.ZodType;
}

/** The user's own code by its names, as `openRuntime({ extensions })` is given it. */
export interface KnownCode {
  readonly rules: OwnRules;
  /** What carries out transforms. */
  readonly stages: Readonly<Record<string, OwnCode>>;
  readonly channels: Readonly<Record<string, OwnCode>>;
}

/**
 * What of a definition its own code does not go with: names that nobody gave, options that the code does not take, columns that a rule
 * cannot work on. Empty when it can run with this code. Pure.
 */
export function findForeignCode(definition: Pipeline, known: KnownCode): Problem[] {
  return [
    ...Object.entries(definition.datasets).flatMap(([name, dataset]) => rulesOf(name, dataset, known.rules)),
    ...Object.entries(definition.transforms ?? {}).flatMap(([name, transform]) =>
      problemsAt(["transforms", name], transform, { what: "stage", known: known.stages }),
    ),
    ...findForeignChannels(definition.platform, known.channels),
  ];
}

/** The part of {@link findForeignCode} that a platform has. */
export function findForeignChannels(platform: Platform, known: KnownCode["channels"]): Problem[] {
  const places: { readonly path: Path; readonly channels?: Readonly<Record<string, Channel>> }[] = [
    { path: ["platform", "alerts", "channels"], ...platform.alerts },
    ...Object.entries(platform.environments).map(([name, { alerts }]) => ({
      path: ["platform", "environments", name, "alerts", "channels"],
      ...alerts,
    })),
  ];
  return places.flatMap(({ path, channels = {} }) =>
    Object.entries(channels).flatMap(([name, channel]) =>
      channel.kind === "custom" ? problemsAt([...path, name], channel, { what: "channel", known }) : [],
    ),
  );
}

type Path = readonly PropertyKey[];

interface Named {
  readonly name: string;
  readonly options: unknown;
}

function rulesOf(name: string, dataset: Dataset, known: OwnRules): Problem[] {
  return dataset.quality.flatMap((rule, index) => {
    if (rule.kind !== "custom") return [];
    const path = ["datasets", name, "quality", index];
    const problems = problemsAt(path, rule, { what: "rule", known });
    if (problems.length > 0) return problems;
    const { columns, rules } = planLandedSchema(dataset);
    const landed = rules[index] ?? rule;
    const problem = bindRule(landed, known).mismatch(columns.map(({ field }) => field));
    return problem === undefined ? [] : [{ path: pathText(path), message: `${rule.name}: ${problem}` }];
  });
}

/** The name is known, and its code takes the options. */
function problemsAt(
  path: Path,
  { name, options }: Named,
  { what, known }: { readonly what: string; readonly known: Readonly<Record<string, OwnCode>> },
): Problem[] {
  const code = Object.hasOwn(known, name) ? known[name] : undefined;
  if (!code) return [{ path: pathText([...path, "name"]), message: unknownText(what, name, Object.keys(known)) }];
  const parsed = code.options.safeParse(options, { error: problemText });
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => ({
    path: pathText([...path, "options", ...issue.path]),
    message: `${issue.message} (by the ${what} ${JSON.stringify(name)})`,
  }));
}

const unknownText = (what: string, name: string, known: readonly string[]): string =>
  known.length === 0
    ? `no ${what} of your own is known here, so custom(${JSON.stringify(name)}) is nobody's; give it to openRuntime({ extensions })`
    : `${unknownName(`${what} of your own called`, name, known)}; openRuntime({ extensions }) gives them`;
