import { type Duration, durationMs } from "../../types/index.ts";
import type { Pipeline } from "../pipeline.ts";
import { type Problem, pathText } from "../problem.ts";
import type { RunSettings } from "../run-settings.ts";
import { unknownName } from "./unknown-name.ts";

/** Settings of environments that exist, and times that go together. */
export function checkRun({ run, platform }: Pipeline): Problem[] {
  const known = Object.keys(platform.environments);
  const { environments = {}, ...own } = run ?? {};
  return [
    ...Object.keys(environments)
      .filter((name) => !known.includes(name))
      .map((name) => ({
        path: pathText(["run", "environments", name]),
        message: unknownName("environment", name, known),
      })),
    ...settingsProblems(own, ["run"]),
    ...Object.entries(environments).flatMap(([name, settings]) =>
      settingsProblems(settings, ["run", "environments", name]),
    ),
    ...Object.entries(platform.environments).flatMap(([name, { run: settings = {} }]) =>
      settingsProblems(settings, ["platform", "environments", name, "run"]),
    ),
  ];
}

function settingsProblems({ stages = {} }: RunSettings, path: readonly PropertyKey[]): Problem[] {
  return Object.entries(stages).flatMap(([stage, { baseDelay, maxDelay, timeout, poll, giveUp } = {}]) => {
    const at = (key: string): string => pathText([...path, "stages", stage, key]);
    return [
      ...below(at("maxDelay"), maxDelay, baseDelay, "the first delay"),
      ...below(at("giveUp"), giveUp, timeout, "the timeout of one try"),
      ...below(at("timeout"), timeout, poll, "the time between two looks"),
    ];
  });
}

function below(path: string, given: Duration | undefined, least: Duration | undefined, what: string): Problem[] {
  if (given === undefined || least === undefined || durationMs(given) >= durationMs(least)) return [];
  return [{ path, message: `expected at least ${least}, ${what}; got ${given}` }];
}
