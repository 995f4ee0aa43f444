import { describe, expect, it } from "vitest";
import type { CommitConflict, CommitOutcome } from "./commit.ts";
import { commitStaged } from "./commit-staged.ts";

const conflict = (reason: CommitConflict["reason"]): CommitConflict => ({
  status: "conflict",
  reason,
  message: "",
  version: 1,
});
const committed: CommitOutcome = { status: "committed", version: 2 };

/** Stagings are numbered; each commit takes the next outcome. */
function staging(outcomes: readonly CommitOutcome[]) {
  let [stagings, commits] = [0, 0];
  const tried: number[] = [];
  return {
    tried,
    stage: async () => ++stagings,
    commit: async (staged: number) => {
      tried.push(staged);
      return outcomes[commits++] ?? committed;
    },
  };
}

describe("a staged commit", () => {
  it("is staged anew when others changed its files, and only then", async () => {
    const over = staging([conflict("filesChanged"), conflict("filesChanged")]);
    expect(await commitStaged(over)).toEqual(committed);
    expect(over.tried).toEqual([1, 2, 3]);
    for (const reason of [
      "lane",
      "metadataChanged",
      "tableMissing",
      "tableExists",
      "logCleaned",
      "contention",
    ] as const) {
      const other = staging([conflict(reason)]);
      expect(await commitStaged(other)).toEqual(conflict(reason));
    }
  });

  it("begins with what is staged already", async () => {
    const over = staging([conflict("filesChanged")]);
    expect(await commitStaged({ ...over, first: 100 })).toEqual(committed);
    expect(over.tried).toEqual([100, 1]);
  });

  it("gives the conflict back after so many stagings, without staging once more", async () => {
    const over = staging(Array.from({ length: 9 }, () => conflict("filesChanged")));
    expect(await commitStaged({ ...over, maxStagings: 3 })).toEqual(conflict("filesChanged"));
    expect(over.tried).toEqual([1, 2, 3]);
    expect(await over.stage()).toBe(4);
  });
});
