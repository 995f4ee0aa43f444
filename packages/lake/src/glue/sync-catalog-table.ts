import { isSnowmeltError } from "@snowmelt/core/errors";
import { type Clock, type Random, systemClock, systemRandom } from "@snowmelt/core/ports";
import type { RetryPolicy } from "@snowmelt/core/retry";
import { retry } from "@snowmelt/core/retry";
import type { CatalogTablePlan } from "./catalog-table.ts";
import type { GlueCatalog } from "./glue-calls.ts";
import { glueError } from "./glue-error.ts";
import { planTableChange, toTableInput } from "./plan-table-change.ts";

export interface SyncOptions {
  /** How often it is begun again when others change the same. @default 10 times, delays up to 5 s */
  readonly policy?: RetryPolicy;
  /** @default the system's */
  readonly clock?: Clock;
  /** @default the system's */
  readonly random?: Random;
  readonly signal?: AbortSignal;
}

export type SyncedTable =
  | { readonly status: "created" | "unchanged" }
  | {
      readonly status: "updated";
      /** Columns that the catalog had and the table has not. */
      readonly droppedColumns: readonly string[];
    };

export const syncPolicy: RetryPolicy = { attempts: 10, baseDelayMs: 100, maxDelayMs: 5_000 };

/**
 * A plan that is made from what the table is, each time after the catalog was asked: whoever was overtaken meanwhile finds the
 * catalog's version changed, and never puts an older state back.
 */
export interface FreshCatalogPlan extends Pick<CatalogTablePlan, "database" | "name"> {
  /** Reads the table anew. */
  readonly read: (signal: AbortSignal | undefined) => Promise<CatalogTablePlan>;
}

/** Someone was quicker: what stands there now decides what is to be done. */
const lookAgain = ["GLUE_ALREADY_EXISTS", "GLUE_CHANGED_MEANWHILE", "GLUE_ENTITY_MISSING"];

/**
 * Makes the catalog's table equal to the plan: created, updated, or left without a write. It may be repeated, and any
 * number may do it at once: a write says which version it replaces, and is begun again from what another wrote. With a plan
 * that was made before, the last writer wins; with a fresh one, the newest state of the table.
 *
 * `glue` is one of `openGlue` or `patientCatalog`. An abort rejects; the table is then as before or as planned.
 * @throws GLUE_DATABASE_MISSING, GLUE_TABLE_FOREIGN, GLUE_ACCESS_DENIED, RETRIES_EXHAUSTED and other errors of Glue
 */
export async function syncCatalogTable(
  glue: Pick<GlueCatalog, "getTable" | "createTable" | "updateTable">,
  plan: CatalogTablePlan | FreshCatalogPlan,
  options: SyncOptions = {},
): Promise<SyncedTable> {
  const { policy = syncPolicy, clock = systemClock, random = systemRandom, signal } = options;
  return retry(() => syncOnce(glue, plan, signal), {
    what: `make the Glue table ${plan.database}.${plan.name} equal to the lake's`,
    policy,
    clock,
    random,
    isRetryable: (error) => isSnowmeltError(error) && lookAgain.includes(error.code),
    ...(signal ? { signal } : {}),
  });
}

async function syncOnce(
  glue: Pick<GlueCatalog, "getTable" | "createTable" | "updateTable">,
  asked: CatalogTablePlan | FreshCatalogPlan,
  signal: AbortSignal | undefined,
): Promise<SyncedTable> {
  const { database, name } = asked;
  const existing = await glue.getTable({ DatabaseName: database, Name: name }, signal).then(
    ({ Table }) => Table,
    (error: unknown) => {
      if (isSnowmeltError(error, "GLUE_ENTITY_MISSING")) return undefined;
      throw error;
    },
  );
  const plan = "read" in asked ? await asked.read(signal) : asked;
  if (existing === undefined) {
    await glue
      .createTable({ DatabaseName: database, TableInput: toTableInput(plan) }, signal)
      .catch((error: unknown) => {
        // Of a table that is to be made, only the database can be missing.
        throw isSnowmeltError(error, "GLUE_ENTITY_MISSING") ? databaseMissing(plan, error) : error;
      });
    return { status: "created" };
  }
  const change = planTableChange(existing, plan);
  if (change.kind === "none") return { status: "unchanged" };
  const { VersionId } = existing;
  await glue.updateTable(
    {
      DatabaseName: database,
      TableInput: change.input,
      SkipArchive: true,
      ...(VersionId === undefined ? {} : { VersionId }),
    },
    signal,
  );
  return { status: "updated", droppedColumns: change.droppedColumns };
}

function databaseMissing({ database, name }: CatalogTablePlan, cause: unknown): Error {
  return glueError(
    "GLUE_DATABASE_MISSING",
    `The Glue database ${database}, which the table ${name} belongs to, is not there. Databases are made by Terraform: apply the stack that holds it, or look whether this is the right account and region.`,
    { cause, details: { database, table: name } },
  );
}
