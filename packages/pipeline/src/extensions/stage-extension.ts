import type { JsonRecord } from "@snowmelt/core/engine";
import type { Clock, Logger, ObjectStore } from "@snowmelt/core/ports";
import { checkExtensionName } from "@snowmelt/core/quality";
import type { z } from "zod";

/** A table that a transform comes after. */
export interface LandedPlace {
  /** `s3://bucket/prefix/raw/flights`, or of a folder. */
  readonly uri: string;
  /** Below the lake's root. */
  readonly path: string;
  readonly land: "delta" | "parquet";
}

/** One call of own code about a transform. */
export interface StageWork<O> {
  /** Of this try, and the same for every repeat of it: what is started under it is found by it. */
  readonly key: string;
  readonly runId: string;
  readonly pipeline: string;
  readonly environment: string;
  /** The transform's name in the definition. */
  readonly transform: string;
  /** As the stage's own schema gives them. */
  readonly options: O;
  /** The tables of the datasets that it comes after, by their names. */
  readonly tables: Readonly<Record<string, LandedPlace>>;
  /** The lake, to be read. */
  readonly lake: Pick<ObjectStore, "uri" | "get" | "head" | "list">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** When whoever calls has to have ended; infinite in a process that nothing ends. */
  readonly deadlineAtMs: number;
  readonly signal: AbortSignal;
}

/** It went wrong. `retryable`: the same may go well in a while. Names no secret: it is stored and shown. */
export interface StageFailed {
  readonly kind: "failed";
  readonly message: string;
  readonly retryable: boolean;
}

/** What came of starting. */
export type StageStart =
  /** It goes on elsewhere under this id, and is asked for by `observe`. */
  | { readonly kind: "started"; readonly externalId: string }
  /** It is done. Plain JSON, small: it is kept with the run. */
  | { readonly kind: "succeeded"; readonly result?: JsonRecord }
  | StageFailed;

/** What is known of what was started. */
export type StageLook =
  | { readonly kind: "running"; readonly externalId: string }
  | { readonly kind: "succeeded"; readonly result?: JsonRecord }
  | StageFailed
  /** Nothing is known under the key: it never began. */
  | { readonly kind: "absent" };

export interface StageDefinition<O> {
  /** By which a definition names it. */
  readonly name: string;
  /** What the definition may say; synchronous. `z.strictObject({})` where it is nothing. */
  readonly options: z.ZodType<O>;
  /**
   * Begins the work, or does it, where that takes less than the function lives. May be called again under the same key, by another
   * process: then it has to find what it did before. What it throws is tried again later; where there is an `observe`, that is asked
   * first, as work that was begun and gave no answer must not be begun twice.
   */
  start(work: StageWork<O>): Promise<StageStart>;
  /** How it is, by its id, or by the key alone where its id was never heard of. Waits for nothing. Needed where `start` answers `started`. */
  observe?(work: StageWork<O>, externalId: string | null): Promise<StageLook>;
  /** Ends what was started under the key. What has ended, or never began, is stopped. */
  stop?(work: StageWork<O>, externalId: string | null): Promise<void>;
}

/** A stage of the user's own, as {@link defineStage} gives it. */
export interface StageExtension {
  readonly name: string;
  readonly options: z.ZodType;
  start(work: StageWork<unknown>): Promise<StageStart>;
  observe?(work: StageWork<unknown>, externalId: string | null): Promise<StageLook>;
  stop?(work: StageWork<unknown>, externalId: string | null): Promise<void>;
}

/**
 * What carries out a transform, which a definition names by `custom("name", options, { after: ["dataset"] })`: it begins once the tables
 * of those datasets have been published. EXTENSION_INVALID for a name that no definition can say.
 */
export function defineStage<O>(stage: StageDefinition<O>): StageExtension {
  checkExtensionName("stage", stage.name);
  return stage;
}
