import type { CommitOutcome } from "./commit.ts";

export interface StagedCommit<Staged, Outcome extends CommitOutcome> {
  /** Writes what the commit adds and decides what it removes, upon the newest snapshot. */
  readonly stage: () => Promise<Staged>;
  readonly commit: (staged: Staged) => Promise<Outcome>;
  /** Staged already, upon the snapshot of the plan. */
  readonly first?: Staged;
  /** Times it is staged before a conflict over files is given back. @default 5 */
  readonly maxStagings?: number;
}

/**
 * Commits what was staged; where another commit changed files that it touches, it is staged anew upon what the table is by
 * then. Any other conflict comes back at once, for then the window has to be planned again. May be repeated where the
 * commit may.
 */
export async function commitStaged<Staged, Outcome extends CommitOutcome>({
  stage,
  commit,
  first,
  maxStagings = 5,
}: StagedCommit<Staged, Outcome>): Promise<Outcome> {
  let staged = first ?? (await stage());
  for (let staging = 1; ; staging++) {
    const outcome = await commit(staged);
    const isOverFiles = outcome.status === "conflict" && outcome.reason === "filesChanged";
    if (!isOverFiles || staging >= maxStagings) return outcome;
    staged = await stage();
  }
}
