import assert from "node:assert/strict";
import type { ContractCase } from "@snowmelt/core/ports/testing";
import type { StartClaims } from "../carry-out-command.ts";
import { contractCases } from "./contract-cases.ts";

/** What all StartClaims must do. `open` gives new, empty ones. */
export function startClaimsContract(open: () => Promise<StartClaims>): readonly ContractCase[] {
  const { cases, contract } = contractCases(open);

  contract("lets one of two hundred that claim a start at once make it", async (starts) => {
    const times = { nowMs: 1000, untilMs: 2000 };
    const claimed = await Promise.all(Array.from({ length: 200 }, () => starts.claim("run/extract/1", times)));
    assert.equal(claimed.filter(Boolean).length, 1);
  });

  contract("keeps a start for its claimer until its time is over, and no longer", async (starts) => {
    assert.equal(await starts.claim("key", { nowMs: 1000, untilMs: 2000 }), true);
    assert.equal(await starts.claim("key", { nowMs: 1999, untilMs: 9000 }), false);
    assert.equal(await starts.claim("key", { nowMs: 2000, untilMs: 3000 }), true);
    assert.equal(await starts.claim("key", { nowMs: 2500, untilMs: 9000 }), false);
  });

  contract("knows each key by itself, whatever is in it", async (starts) => {
    const keys = ["a", "a/b", "A", "ünï/cødé", "long/".repeat(60), " "];
    for (const key of keys) assert.equal(await starts.claim(key, { nowMs: 0, untilMs: 10 }), true);
    for (const key of keys) assert.equal(await starts.claim(key, { nowMs: 5, untilMs: 20 }), false);
  });

  contract("takes a claim without an end", async (starts) => {
    const untilMs = Number.MAX_SAFE_INTEGER;
    assert.equal(await starts.claim("key", { nowMs: 1_795_000_000_000, untilMs }), true);
    assert.equal(await starts.claim("key", { nowMs: 1_895_000_000_000, untilMs }), false);
  });

  return cases;
}
