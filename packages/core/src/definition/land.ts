import { z } from "zod";
import type { PartitionTransform } from "../types/index.ts";
import { Partition } from "./partition.ts";
import { KeyProjection } from "./projection.ts";
import { strict } from "./strict.ts";

const layout = { partitionBy: z.array(Partition).max(8).readonly().default([]) };

export const Land = z.discriminatedUnion(
  "kind",
  [
    strict({ kind: z.literal("delta"), ...layout }),
    strict({
      kind: z.literal("parquet"),
      ...layout,
      /**
       * How Athena derives the partitions in the catalog, by their keys as they stand in folders: `STATE`, `SEEN_month`. None is
       * registered then, and a refresh is one write of the catalog. Default: each partition is registered.
       */
      projection: z.record(z.string(), KeyProjection).readonly().exactOptional(),
    }),
  ],
  { error: "expected delta() or parquet()" },
);
/** How rows are landed, in normal form. */
export type Land = z.output<typeof Land>;

export interface LayoutOver<C extends string> {
  /** In the order of the path, outermost first. A bare name is its identity. Default: none. */
  readonly partitionBy?: readonly (C | PartitionTransform<C>)[];
}
export interface PlainLayoutOver<C extends string> extends LayoutOver<C> {
  /** How Athena derives the partitions, by their keys as they stand in folders. Default: each is registered. */
  readonly projection?: Readonly<Record<string, z.input<typeof KeyProjection>>>;
}
export type LandOver<C extends string> =
  | ({ readonly kind: "delta" } & LayoutOver<C>)
  | ({ readonly kind: "parquet" } & PlainLayoutOver<C>);

/** A Delta table: every commit is atomic, and nothing unfinished is ever visible. */
export function delta<const C extends string = never>(options: LayoutOver<C> = {}) {
  return { kind: "delta", ...options } as const;
}

/** Parquet files and a manifest: the weaker guarantee, by name. */
export function parquet<const C extends string = never>(options: PlainLayoutOver<C> = {}) {
  return { kind: "parquet", ...options } as const;
}
