import { readFile } from "node:fs/promises";
import { catalogue, type FunctionSpec, planQueues, type Trigger } from "@snowmelt/core/functions";
import { expect, it } from "vitest";

const guide = await readFile(new URL("../../../../docs/functions.md", import.meta.url), "utf8");
const specs: readonly FunctionSpec[] = Object.values(catalogue);

const rates: Readonly<Record<number, string>> = { 1: "every minute", 1440: "every day" };

function wordsOf(trigger: Trigger): string {
  if (trigger.kind !== "queue")
    return trigger.kind === "rate" ? (rates[trigger.everyMinutes] ?? "never") : trigger.kind;
  const { queue, batchSize, maxConcurrency } = trigger;
  const limit = maxConcurrency === undefined ? "" : `, at most ${maxConcurrency} side by side`;
  return `queue \`${queue}\`, ${batchSize} at a time${limit}`;
}

it.each(specs)("says in docs/functions.md what calls $name, its stages and its size", (spec) => {
  const { name, triggers, stages, timeoutSeconds, memoryMb } = spec;
  const called = triggers.map(wordsOf).join(", ");
  expect(guide).toContain(
    `| \`${name}\` | ${called} | ${stages.join(", ")}${stages.length > 0 ? " " : ""}| ${timeoutSeconds} s | ${memoryMb} MB |`,
  );
});

it("says in docs/functions.md how long a message is hidden", () => {
  for (const { name, visibilitySeconds } of planQueues()) {
    expect(guide).toContain(`| \`${name}\` | \`${name}-dead\` | ${visibilitySeconds / 60} minutes |`);
  }
});
