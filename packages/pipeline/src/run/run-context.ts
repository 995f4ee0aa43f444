import type { Environment, Pipeline } from "@snowmelt/core/definition";
import type { Clock, Logger, Metrics, ObjectStore, Random } from "@snowmelt/core/ports";
import type { OwnRules } from "@snowmelt/core/quality";
import type { SnowflakeSession } from "@snowmelt/snowflake";
import type { OpenedCatalog } from "../lake/open-lake.ts";
import type { RunEvent } from "../run-event.ts";
import type { StateStore } from "../state/state-store.ts";

/** A run event before it is stamped with run and time. */
export type NewEvent = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, "runId" | "atMs"> : never) : never;

/** What the stages of a run share. */
export interface RunContext {
  readonly runId: string;
  readonly definition: Pipeline;
  readonly definitionHash: string;
  readonly environmentName: string;
  readonly environment: Environment;
  readonly session: SnowflakeSession;
  readonly lake: ObjectStore;
  /** Undefined where the environment has none. */
  readonly catalog: OpenedCatalog | undefined;
  readonly state: StateStore;
  /** Where state and leases lie. */
  readonly stateObjects: ObjectStore;
  /** The code of quality rules that are the user's own. */
  readonly ownRules: OwnRules;
  /** For keys that do not fit in memory. */
  readonly spillDirectory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
  readonly emit: (event: NewEvent) => void;
}
