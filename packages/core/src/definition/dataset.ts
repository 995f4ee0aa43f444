import { z } from "zod";
import { expiringZones } from "../lake-layout/index.ts";
import { Rule, type RuleOver } from "../quality/index.ts";
import type { ColumnOverride as Override } from "../types/index.ts";
import { ColumnOverride } from "./column.ts";
import { Extract } from "./extract.ts";
import { Land, type LandOver } from "./land.ts";
import { Source, type SourceOver } from "./source.ts";
import { strict } from "./strict.ts";
import { Sync, type SyncOver } from "./sync.ts";

export const Dataset = strict({
  source: Source,
  /** The columns that tell one row from another; asked for by an incremental sync. */
  key: z.array(z.string()).min(1).readonly().exactOptional(),
  sync: Sync,
  /** What lands other than the type mapping says, by the column's exact name. */
  columns: z.record(z.string(), ColumnOverride).readonly().default({}),
  extract: Extract.prefault({}),
  land: Land,
  quality: z.array(Rule).readonly().default([]),
  /** The part of the lake the table belongs to: its path is `<zone>/<dataset>`. */
  zone: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,62}$/, { error: "expected a zone of lower-case letters, digits and _, such as raw" })
    .refine((zone) => expiringZones.every((expiring) => zone !== expiring), {
      error: `the zones ${expiringZones.join(" and ")} are kept for files that expire; expected another, such as raw`,
    })
    .default("raw"),
  /** What to do when the live schema differs from the committed one: take over what is safe, ignore additions, or stop. */
  onSchemaChange: z
    .enum(["evolve", "freeze", "fail"], { error: 'expected onSchemaChange: "evolve", "freeze" or "fail"' })
    .default("fail"),
  /**
   * What the source is asked again, to be held against what arrived: its rows, its values by column too, or sums, extremes and
   * lengths as well. More costs a scan on the warehouse.
   */
  verify: z.enum(["rows", "counts", "full"], { error: 'expected verify: "rows", "counts" or "full"' }).default("full"),
  /** What to do with column names the lake cannot hold. */
  names: z.enum(["fail", "rename"], { error: 'expected names: "fail" or "rename"' }).default("fail"),
});
/** A dataset in normal form: every default is filled in. */
export type Dataset = z.output<typeof Dataset>;
type Written = z.input<typeof Dataset>;

/** What {@link dataset} takes: the columns that the blocks name are those of the source. */
export type DatasetOver<C extends string> = Omit<
  Written,
  "source" | "key" | "sync" | "columns" | "land" | "quality"
> & {
  readonly source: SourceOver<C>;
  readonly key?: readonly NoInfer<C>[];
  readonly sync: SyncOver<NoInfer<C>>;
  readonly columns?: { readonly [name in NoInfer<C>]?: Override };
  readonly land: LandOver<NoInfer<C>>;
  readonly quality?: readonly RuleOver<NoInfer<C>>[];
};
/** A dataset as it is written, over columns of any name. */
export type DatasetInput = DatasetOver<string>;

/** One dataset. A column that the source does not have fails to compile. */
export function dataset<const C extends string>(definition: DatasetOver<C>): DatasetInput {
  return definition;
}
