import { z } from "zod";
import { addProfiles, openProfiler } from "../types/index.ts";
import { reasonOf, typesOf, vectorOf } from "./own-columns.ts";
import type { OwnTest } from "./own-row-observer.ts";
import { fromProfileTally, toProfileTally } from "./profile-tally.ts";
import type { Measurement, RuleContext, RuleObserver } from "./rule-kind.ts";
import { tallyOf } from "./rule-tally.ts";

const Answer = z.object({ passed: z.boolean(), measured: z.string() });

/** The observer of own code about all rows together: it is asked once, at the end, with what the profiles of the columns came to. */
export function openOwnTableObserver(test: OwnTest<"table">, { before }: Pick<RuleContext, "before">): RuleObserver {
  const { columns } = test;
  const earlier = tallyOf(before?.tally, "profiles");
  const fields = columns.map(({ field }) => field);
  const profiler = openProfiler(fields);
  let rows = earlier?.rows ?? 0;
  const profiles = () => addProfiles((earlier?.profiles ?? []).map(fromProfileTally), profiler.profiles());
  return {
    async observe(batch) {
      rows += batch.rowCount;
      profiler.add({
        fields,
        columns: columns.map(({ index }) => vectorOf(batch, index)),
        rowCount: batch.rowCount,
      });
      return undefined;
    },
    finish: async () => ask(test, { rowCount: rows, profiles: profiles() }),
    tally: async () => ({ kind: "profiles", rows, profiles: profiles().map(toProfileTally) }),
    async close() {},
  };
}

function ask(
  { rule, options, expected, columns }: OwnTest<"table">,
  { rowCount, profiles }: { readonly rowCount: number; readonly profiles: ReturnType<typeof addProfiles> },
): Measurement {
  const about = { expected, rowsFailing: null, samples: [] };
  const broken = (why: string): Measurement => ({ ...about, passed: false, measured: why, broken: why });
  const byName = Object.fromEntries(
    columns.flatMap(({ name }, at) => (profiles[at] ? [[name, profiles[at]] as const] : [])),
  );
  try {
    const answer = Answer.safeParse(rule.check({ rowCount, columns: byName }, { options, types: typesOf(columns) }));
    if (answer.success) return { ...about, ...answer.data };
    return broken("answered with something else than { passed, measured } at once");
  } catch (error) {
    return broken(reasonOf(error));
  }
}
