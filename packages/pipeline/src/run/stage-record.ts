import type { DatasetResult } from "../manifest.ts";
import type { Stage } from "../run-event.ts";
import type { RunContext } from "./run-context.ts";

/** What the stages of a dataset tell on their way. */
export interface StageRecord {
  /** Adds to the entry of the manifest. */
  note(part: Partial<DatasetResult>): void;
  notice(code: string, message: string): void;
  /** Runs a stage: timed, announced, and blamed if it throws. */
  stage<T>(stage: Stage, run: () => Promise<T>): Promise<T>;
  progress(
    stage: Stage,
    moved: { readonly rows: number; readonly rowsExpected: number | null; readonly bytesWritten: number },
  ): void;
  retry(stage: Stage, failure: { readonly reason: string; readonly attempt: number; readonly delayMs: number }): void;
}

/** What was told, as plain data: a part of a dataset's entry, whichever process it is from. */
export interface StageNotes {
  readonly noted: Partial<DatasetResult>;
  readonly notices: DatasetResult["notices"];
  readonly stages: DatasetResult["stages"];
  /** In stages: what a dataset waits for others is not its own. */
  readonly spentMs: number;
  readonly peakRssBytes: number;
}

/** A record that collects, and can be asked for what it has. */
export interface CollectingRecord extends StageRecord {
  notes(): StageNotes;
  /** The innermost stage that has not ended; null outside of any. */
  current(): Stage | null;
}

const progressEveryMs = 200;

/** Collects what stages tell and emits it under the dataset's label. */
export function openStageRecord({ clock, emit }: Pick<RunContext, "clock" | "emit">, label: string): CollectingRecord {
  let noted: Partial<DatasetResult> = {};
  const notices: DatasetResult["notices"] = [];
  const stages: DatasetResult["stages"] = [];
  let [spentMs, peakRssBytes] = [0, 0];
  let current: Stage | null = null;
  let lastProgressMs = Number.NEGATIVE_INFINITY;
  const sampleMemory = (): number => {
    // The kernel's own mark, in KiB: samples of ours miss what comes and goes between them.
    peakRssBytes = process.resourceUsage().maxRSS * 1024;
    return process.memoryUsage.rss();
  };
  return {
    note(part) {
      noted = { ...noted, ...part };
    },
    notice(code, message) {
      notices.push({ code, message });
      emit({ kind: "notice", dataset: label, code, message });
    },
    async stage(stage, run) {
      const outer = current;
      current = stage;
      const [startedAtMs, from] = [clock.nowMs(), clock.monotonicMs()];
      emit({ kind: "stageStarted", dataset: label, stage });
      const end = (): number => {
        const durationMs = clock.monotonicMs() - from;
        // A stage within another is part of its time.
        if (outer === null) spentMs += durationMs;
        stages.push({ stage, startedAtMs, durationMs });
        sampleMemory();
        return durationMs;
      };
      const passed = await run().catch((error: unknown) => {
        end();
        throw error;
      });
      emit({ kind: "stageFinished", dataset: label, stage, durationMs: end() });
      current = outer;
      return passed;
    },
    progress(stage, moved) {
      const rssBytes = sampleMemory();
      const now = clock.monotonicMs();
      if (now - lastProgressMs < progressEveryMs && moved.rows !== moved.rowsExpected) return;
      lastProgressMs = now;
      emit({ kind: "progress", dataset: label, stage, ...moved, rssBytes });
    },
    retry: (stage, failure) => emit({ kind: "retry", dataset: label, stage, ...failure }),
    notes() {
      sampleMemory();
      return { noted, notices: [...notices], stages: [...stages], spentMs, peakRssBytes };
    },
    current: () => current,
  };
}
