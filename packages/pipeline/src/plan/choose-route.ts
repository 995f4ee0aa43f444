import type { Dataset } from "@snowmelt/core/definition";
import type { UnloadRefusal } from "@snowmelt/snowflake";
import type { Guarantee } from "./pipeline-plan.ts";

export type RouteName = "stream" | "unload";

/** A route, and why it is this one, in words for people. */
export interface RouteChoice {
  readonly name: RouteName;
  readonly why: string;
}

export interface RouteFacts {
  /** What the definition asks for. */
  readonly wanted: "auto" | RouteName;
  /** Of the lake: `file:///...` or `s3://...`. */
  readonly lakeUri: string;
  /** `DATABASE.SCHEMA.STAGE`; undefined where the lake has none. */
  readonly stage: string | undefined;
  readonly land: Dataset["land"]["kind"];
  readonly refusals: readonly UnloadRefusal[];
  /** Landed columns that the source has lost: a stream fills them with NULL. */
  readonly lostColumns: readonly string[];
  readonly guarantee: Guarantee["name"];
  readonly verify: Dataset["verify"];
}

/**
 * How a dataset's rows come, or why they cannot come as the definition insists. Pure. `auto` never trades exactness for speed:
 * what an unload would land otherwise, or unverified, is streamed.
 */
export function chooseRoute(
  facts: RouteFacts,
): RouteChoice | { readonly name: "impossible"; readonly reasons: string[] } {
  const { wanted, stage } = facts;
  if (wanted === "stream") return { name: "stream", why: "the definition asks for it" };
  const reasons = impossible(facts);
  if (reasons.length > 0 && wanted === "unload") return { name: "impossible", reasons };
  const doubts = [...reasons, ...(wanted === "auto" ? doubtful(facts) : [])];
  if (doubts.length > 0) return { name: "stream", why: doubts.join("; ") };
  const asked = wanted === "unload" ? ", as the definition asks" : "";
  return { name: "unload", why: `Snowflake writes through stage ${stage} straight into the lake${asked}` };
}

function impossible({ lakeUri, stage, land, refusals, lostColumns }: RouteFacts): string[] {
  if (!lakeUri.startsWith("s3://")) return ["the lake is a folder of this machine"];
  if (stage === undefined) return ["no stage is named for this lake"];
  return [
    ...(land === "delta" ? [] : ["it lands as plain Parquet, whose partition columns may not be in the files"]),
    ...refusals.map(({ column, reason }) => (column === undefined ? reason : `column ${column}: ${reason}`)),
    ...lostColumns.map((column) => `column ${column}: the source has lost it, and an unload cannot fill it with NULL`),
  ];
}

/** What can be unloaded and could not be held against the source afterwards. */
function doubtful({ guarantee, verify }: RouteFacts): string[] {
  return guarantee === "statement" && verify !== "rows"
    ? ["the source cannot be read again as of the same moment, so unloaded values could not be verified"]
    : [];
}
