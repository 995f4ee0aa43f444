import type { StagePlan } from "./run-graph.ts";
import type { StageName } from "./stage-name.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** How the rows of a dataset come; a transform has no route. */
export type Route = "stream" | "unload";

const base = {
  retry: { attempts: 5, baseDelayMs: 5 * second, maxDelayMs: 5 * minute },
  // A function ends after 15 minutes, and its message may have waited before it began.
  timeoutMs: 20 * minute,
  pollMs: minute,
  giveUpMs: 6 * hour,
  isStoppable: true,
};

/** What holds for a stage unless a definition says otherwise. */
const defaults: Readonly<Record<StageName, Partial<Omit<StagePlan, "name">>>> = {
  // Deferred while another run works on the dataset, which takes no try: the time alone ends it.
  claim: { retry: { attempts: 5, baseDelayMs: 15 * second, maxDelayMs: 2 * minute }, timeoutMs: 5 * minute },
  // A warehouse may have to wake up, and a query to queue, before it runs.
  extract: { timeoutMs: 2 * hour, giveUpMs: 12 * hour, firstLookMs: 2 * second },
  // Of a piece; the time to give up begins anew with each.
  land: {},
  verify: {},
  check: {},
  commit: { retry: { attempts: 10, baseDelayMs: second, maxDelayMs: 2 * minute }, isStoppable: false },
  catalog: { retry: { attempts: 8, baseDelayMs: 5 * second, maxDelayMs: 5 * minute } },
  transform: { timeoutMs: 4 * hour, giveUpMs: 12 * hour, firstLookMs: 5 * second },
  train: { timeoutMs: 24 * hour, giveUpMs: 48 * hour },
  evaluate: { timeoutMs: 4 * hour, giveUpMs: 12 * hour },
  deploy: { timeoutMs: 2 * hour, giveUpMs: 6 * hour },
  watch: { timeoutMs: hour, giveUpMs: 6 * hour },
  publish: { retry: { attempts: 10, baseDelayMs: 5 * second, maxDelayMs: 10 * minute }, giveUpMs: 24 * hour },
};

/** Snowflake writes the files itself, however large the table: the query is the landing. */
const unloading: Partial<Record<StageName, Partial<Omit<StagePlan, "name">>>> = {
  extract: { timeoutMs: 12 * hour, giveUpMs: 24 * hour, firstLookMs: 2 * second },
};

/** The stage as it is carried out unless told otherwise. Pure. */
export function defaultStage(name: StageName, route?: Route): StagePlan {
  return { name, ...base, ...defaults[name], ...(route === "unload" ? unloading[name] : {}) };
}
