import {
  type BatchVerdict,
  type KeyReport,
  KeyTally,
  type RuleResult,
  RuleTally,
  type RunVault,
} from "@snowmelt/core/quality";
import { addProfiles, type ColumnBatch, type ColumnProfile, openProfiler } from "@snowmelt/core/types";
import type { RowDigest } from "@snowmelt/snowflake";
import { z } from "zod";
import { type Bucket, openValueSample, SampleState } from "../record/value-sample.ts";
import type { RunContext } from "../run/run-context.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import { openKeys, openRules } from "./row-checks.ts";

/** All that was seen of the rows on their way, once the last has passed. */
export interface Tallied {
  readonly rowsExtracted: number;
  readonly digest: RowDigest | undefined;
  readonly extractedProfile: readonly ColumnProfile[];
  /** The same object where nothing was split off. */
  readonly landedProfile: readonly ColumnProfile[];
  readonly histograms: readonly { readonly sampledRows: number; readonly histogram: Bucket[] | null }[];
  readonly rules: readonly RuleResult[];
  readonly keys: KeyReport | undefined;
}

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const Value = z.union([z.boolean(), z.number(), z.bigint(), z.string(), Bytes, z.null()]);

const Profile = z.object({
  name: z.string(),
  count: z.number(),
  nullCount: z.number(),
  nanCount: z.number(),
  min: Value,
  max: Value,
  sum: z.bigint().optional(),
  lengthSum: z.number().optional(),
});

/** What was seen of the rows so far, for another process to go on with. Keys are in the vault. */
export const CarriedTallies = z.object({
  rowsExtracted: z.number(),
  digest: z.object({ rowCount: z.bigint(), upper: z.bigint(), lower: z.bigint() }).nullable(),
  extractedProfile: z.array(Profile),
  /** Null where no row is split off: it is the extracted one. */
  landedProfile: z.array(Profile).nullable(),
  sample: SampleState,
  rules: z.array(RuleTally),
  /** Null where the key is looked at by a merge. */
  keys: KeyTally.nullable(),
});
export type CarriedTallies = z.infer<typeof CarriedTallies>;

export interface RowTallies extends AsyncDisposable {
  readonly rowsExtracted: number;
  /** A batch as it came, and which of its rows are to be split off. */
  observe(batch: ColumnBatch, digest: RowDigest | undefined): Promise<BatchVerdict>;
  /** The rows of it that stay. */
  observeKept(batch: ColumnBatch): Promise<void>;
  /** Once, after the last batch. */
  finish(): Promise<Tallied>;
  /** In place of `finish`: what is opened as `before` in another process. */
  carry(vault: RunVault): Promise<CarriedTallies>;
}

/** Looks at every row once, in bounded memory. Dispose of it, also after a failure. */
export function openRowTallies(
  context: RunContext,
  inspected: InspectedDataset,
  earlier?: { readonly before: CarriedTallies; readonly vault: RunVault },
): RowTallies {
  const { batchFields, rules } = inspected.schema;
  const { before, vault } = earlier ?? {};
  const evaluation = openRules(context, inspected, {
    fields: batchFields,
    before: before && vault && { tallies: before.rules, vault },
  });
  const keys = openKeys(context, inspected, {
    fields: batchFields,
    before: before && vault && { tally: before.keys, vault },
  });
  const splits = rules.some(({ onFail }) => onFail === "quarantine");
  const extracted = openProfiler(batchFields);
  const landed = splits ? openProfiler(batchFields) : extracted;
  const sample = openValueSample(batchFields, { before: before?.sample });
  let rowsExtracted = before?.rowsExtracted ?? 0;
  let digest = inspected.dataset.verify === "full" ? (before?.digest ?? noRows) : undefined;
  const profiles = () => {
    const extractedProfile = plus(before?.extractedProfile, extracted.profiles());
    const landedProfile = splits ? plus(before?.landedProfile ?? [], landed.profiles()) : extractedProfile;
    return { extractedProfile, landedProfile };
  };
  return {
    get rowsExtracted() {
      return rowsExtracted;
    },
    observe(batch, ofBatch) {
      if (digest && ofBatch) digest = addDigests(digest, ofBatch);
      rowsExtracted += batch.rowCount;
      extracted.add(batch);
      return evaluation.observe(batch);
    },
    async observeKept(batch) {
      if (splits) landed.add(batch);
      sample.observe(batch);
      await keys?.observe(batch);
    },
    async finish() {
      return {
        rowsExtracted,
        digest,
        ...profiles(),
        histograms: sample.histograms(),
        rules: await evaluation.finish(),
        keys: await keys?.finish(),
      };
    },
    async carry(into) {
      const { extractedProfile, landedProfile } = profiles();
      return {
        rowsExtracted,
        digest: digest ?? null,
        extractedProfile: [...extractedProfile],
        landedProfile: splits ? [...landedProfile] : null,
        sample: sample.state(),
        rules: [...(await evaluation.tally(into))],
        keys: (await keys?.seal(into)) ?? null,
      };
    },
    async [Symbol.asyncDispose]() {
      await evaluation[Symbol.asyncDispose]();
      await keys?.[Symbol.asyncDispose]();
    },
  };
}

const noRows: RowDigest = { rowCount: 0n, upper: 0n, lower: 0n };

const addDigests = (one: RowDigest, other: RowDigest): RowDigest => ({
  rowCount: one.rowCount + other.rowCount,
  upper: one.upper + other.upper,
  lower: one.lower + other.lower,
});

/** Of columns that had no value there is neither sum nor length. */
const plus = (
  before: CarriedTallies["extractedProfile"] | undefined,
  more: readonly ColumnProfile[],
): readonly ColumnProfile[] =>
  addProfiles(
    (before ?? []).map(({ sum, lengthSum, ...profile }) => ({ ...profile, sum, lengthSum })),
    more,
  );
