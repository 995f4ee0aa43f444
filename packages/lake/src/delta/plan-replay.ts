import { lakeError } from "../lake-error.ts";
import type { ListedCheckpoint, LogListing } from "./log-listing.ts";

/** One way to a state: a checkpoint, or none, and the commits from `first` to `last`, all of which are there. */
export interface ReplayPlan {
  readonly checkpoint: ListedCheckpoint | undefined;
  readonly first: number;
  readonly last: number;
}

/**
 * The ways to a version (the newest if undefined), the quickest first; undefined when there is no table. Throws
 * DELTA_TABLE_MISSING, DELTA_LOG_GAP, DELTA_LOG_TRUNCATED or DELTA_UNSUPPORTED when there is none. Pure.
 */
export function planReplays(
  listing: LogListing,
  { uri, version }: { readonly uri: string; readonly version?: number | undefined },
): readonly ReplayPlan[] | undefined {
  const newest = newestVersion(listing);
  if (newest === undefined) return undefined;
  if (version !== undefined && version > newest) {
    throw lakeError("DELTA_TABLE_MISSING", `${uri} has no version ${version}; its newest is ${newest}.`);
  }
  const last = version ?? newest;
  const usable = listing.checkpoints.filter((checkpoint) => checkpoint.version <= last).reverse();
  const starts = [...usable, undefined].map((checkpoint): ReplayPlan => {
    return { checkpoint, first: (checkpoint?.version ?? -1) + 1, last };
  });
  const plans = starts.filter((plan) => firstMissing(listing, plan) === undefined);
  if (plans.length > 0) return plans;
  throw unreachable(listing, { uri, newest, plan: starts[0] ?? { checkpoint: undefined, first: 0, last } });
}

function newestVersion({ commits, checkpoints, unreadable }: LogListing): number | undefined {
  let newest: number | undefined;
  const versions = [
    commits.keys(),
    checkpoints.map(({ version }) => version),
    unreadable.second,
    unreadable.incomplete,
  ];
  for (const group of versions) for (const version of group) newest = Math.max(newest ?? 0, version);
  return newest;
}

/** The first commit between `first` and `last` that is not there. */
export function firstMissing(
  { commits }: LogListing,
  { first, last }: Omit<ReplayPlan, "checkpoint">,
): number | undefined {
  for (let version = first; version <= last; version++) if (!commits.has(version)) return version;
  return undefined;
}

function unreachable(
  listing: LogListing,
  { uri, newest, plan }: { readonly uri: string; readonly newest: number; readonly plan: ReplayPlan },
): Error {
  const missing = firstMissing(listing, plan) ?? plan.first;
  const oldest = listing.commits.size > 0 ? Math.min(...listing.commits.keys()) : undefined;
  const details = { table: uri, version: missing, oldest };
  const isCut = !plan.checkpoint && (oldest === undefined || oldest > 0);
  const { second, incomplete } = listing.unreadable;
  if (!isCut) {
    const message = `The log of ${uri} has no version ${missing}, though it has a later one. Restore it or the table from a copy.`;
    return lakeError("DELTA_LOG_GAP", message, { details });
  }
  const found = oldest === undefined ? "no JSON entry" : `no JSON entry below version ${oldest}`;
  if (second.length > 0) {
    return lakeError(
      "DELTA_UNSUPPORTED",
      `The log of ${uri} has ${found}, and what came before only a checkpoint of the second kind (v2Checkpoint) holds, which is not implemented here. Expected a classic one.`,
      { details },
    );
  }
  if (incomplete.length > 0) {
    return lakeError(
      "DELTA_LOG_TRUNCATED",
      `The log of ${uri} has ${found}, and its checkpoint of version ${incomplete.at(-1)} lacks parts. Restore them, or the JSON entries.`,
      { details },
    );
  }
  const [first] = listing.checkpoints;
  if (first) {
    return lakeError(
      "DELTA_LOG_TRUNCATED",
      `Version ${plan.last} of ${uri} cannot be read any more: the log was cleaned up to version ${first.version}. Expected a version from ${first.version} to ${newest}.`,
      { details },
    );
  }
  return lakeError("DELTA_LOG_GAP", `The log of ${uri} has ${found} and no checkpoint. Restore the missing entries.`, {
    details,
  });
}
