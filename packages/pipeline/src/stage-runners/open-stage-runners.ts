import type { StageName } from "@snowmelt/core/engine";
import type { Clock, ObjectStore } from "@snowmelt/core/ports";
import type { LeaseStore, StageRunner } from "../engine/index.ts";
import type { StageExtension } from "../extensions/stage-extension.ts";
import { catalogStage } from "./catalog-stage.ts";
import { checkStage } from "./check-stage.ts";
import { claimStage } from "./claim-stage.ts";
import { commitStage } from "./commit-stage.ts";
import { extractStage } from "./extract-stage.ts";
import { landStage, type PieceLimits } from "./land-stage.ts";
import { publishStage } from "./publish-stage.ts";
import { openReceipts } from "./receipts.ts";
import type { OpenStage } from "./stage-task.ts";
import { transformStage } from "./transform-stage.ts";
import { verifyStage } from "./verify-stage.ts";
import { withReceipts } from "./with-receipts.ts";

export interface StagePorts {
  readonly open: OpenStage;
  readonly leases: Pick<LeaseStore, "claim" | "find">;
  /** For which a claim holds without being prolonged: longer than the longest call of a stage. */
  readonly leaseMs: number;
  /** Where receipts and what stages leave for one another are kept; the one that `open` gives. */
  readonly stateObjects: ObjectStore;
  readonly clock: Pick<Clock, "nowMs">;
  /** What carries out transforms, by its names. @default none: a transform fails with a clear word */
  readonly stages?: Readonly<Record<string, StageExtension>> | undefined;
  /** Of a landing, beside the time that a call has. @default none */
  readonly pieces?: PieceLimits | undefined;
}

/** The stages of datasets and of transforms. */
export type PipelineStage = Extract<
  StageName,
  "claim" | "extract" | "land" | "verify" | "check" | "commit" | "catalog" | "transform" | "publish"
>;

/**
 * The runners of the stages of datasets and transforms, each of which may be called in a process of its own. They keep their own receipts, so that
 * every call may be repeated, and what one leaves for the next lies in the state's object store.
 */
export function openStageRunners(ports: StagePorts): Readonly<Record<PipelineStage, StageRunner>> {
  const { open, leases, stateObjects } = ports;
  const receipts = openReceipts(stateObjects);
  const kept = (runner: StageRunner): StageRunner => withReceipts(runner, receipts);
  return {
    claim: kept(claimStage(ports)),
    extract: kept(extractStage(open, receipts)),
    land: kept(landStage(open, ports.pieces ?? {})),
    verify: kept(verifyStage(open)),
    check: kept(checkStage(open)),
    commit: kept(commitStage(open, leases)),
    catalog: kept(catalogStage(open)),
    transform: kept(transformStage(open, receipts, ports.stages ?? {})),
    publish: kept(publishStage(open)),
  };
}
