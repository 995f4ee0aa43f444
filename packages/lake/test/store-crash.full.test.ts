import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { expectWholeObjectsAfterKills } from "./crash-loop.ts";

it("shows no half object after 400 kills", async () => {
  const root = await mkdtemp(join(tmpdir(), "snowmelt-crash-"));
  try {
    expect(await expectWholeObjectsAfterKills(root, 400)).toBeGreaterThan(0);
  } finally {
    await rm(root, { recursive: true });
  }
});
