import type { Dataset } from "@snowmelt/core/definition";
import type { UnloadRefusal } from "@snowmelt/snowflake";
import { bytesText } from "../report/units.ts";
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
):
  | (RouteChoice & { readonly name: "stream" })
  | { readonly name: "unload" }
  | { readonly name: "impossible"; readonly reasons: string[] } {
  const { wanted } = facts;
  if (wanted === "stream") return { name: "stream", why: "the definition asks for it" };
  const reasons = impossible(facts);
  if (reasons.length > 0 && wanted === "unload") return { name: "impossible", reasons };
  const doubts = [...reasons, ...(wanted === "auto" ? doubtful(facts) : [])];
  if (doubts.length > 0) return { name: "stream", why: doubts.join("; ") };
  return { name: "unload" };
}

/** Why an unload is the route, and what of it passes through here. Pure. */
export function unloadWhy({
  wanted,
  stage,
  isInternal,
  tableBytes,
}: Pick<RouteFacts, "wanted" | "stage"> & {
  readonly isInternal: boolean;
  /** Of the source at Snowflake; undefined where it does not say. */
  readonly tableBytes: bigint | undefined;
}): string {
  const asked = wanted === "unload" ? ", as the definition asks" : "";
  if (!isInternal) return `Snowflake writes through stage ${stage} straight into the lake${asked}`;
  const size = tableBytes === undefined ? "" : ` (the whole source takes ${bytesText(Number(tableBytes))} there)`;
  return `Snowflake writes into its internal stage ${stage}${asked}; the files' bytes pass through this process on their way into the lake${size}`;
}

function impossible({ stage, land, refusals, lostColumns }: RouteFacts): string[] {
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
