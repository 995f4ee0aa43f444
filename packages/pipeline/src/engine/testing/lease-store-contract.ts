import assert from "node:assert/strict";
import type { ContractCase } from "@snowmelt/core/ports/testing";
import type { LeaseStore } from "../lease-store.ts";
import { contractCases } from "./contract-cases.ts";

/** What every LeaseStore must do. `open` gives a new, empty one. */
export function leaseStoreContract(open: () => Promise<LeaseStore>): readonly ContractCase[] {
  const { cases, contract } = contractCases(open);
  const claimOf = (holder: string, nowMs: number, leaseMs = 100) => ({ holder, nowMs, leaseMs });

  contract("gives a resource to the first, and names it to others until its time is over", async (leases) => {
    assert.equal(await leases.find("dev/a"), undefined);
    assert.deepEqual(await leases.claim("dev/a", claimOf("one", 1000)), { kind: "claimed", fence: 1 });
    const by = { holder: "one", fence: 1, expiresAtMs: 1100 };
    assert.deepEqual(await leases.claim("dev/a", claimOf("two", 1099)), { kind: "busy", by });
    assert.deepEqual(await leases.find("dev/a"), by);
    assert.deepEqual(await leases.claim("dev/b", claimOf("two", 1000)), { kind: "claimed", fence: 1 });
  });

  contract("gives who claims again what it holds the same fence, and more time", async (leases) => {
    await leases.claim("a", claimOf("one", 1000));
    assert.deepEqual(await leases.claim("a", claimOf("one", 1050)), { kind: "claimed", fence: 1 });
    assert.equal((await leases.find("a"))?.expiresAtMs, 1150);
    assert.equal((await leases.claim("a", claimOf("two", 1120))).kind, "busy");
  });

  contract("has the fence grow when a lease has expired, whoever claims it", async (leases) => {
    await leases.claim("a", claimOf("one", 1000));
    assert.deepEqual(await leases.claim("a", claimOf("two", 1100)), { kind: "claimed", fence: 2 });
    assert.deepEqual(await leases.claim("a", claimOf("two", 1200)), { kind: "claimed", fence: 3 });
    assert.deepEqual(await leases.find("a"), { holder: "two", fence: 3, expiresAtMs: 1300 });
  });

  contract("has the fence grow after a release, and nobody hold it until then", async (leases) => {
    await leases.claim("a", claimOf("one", 1000));
    await leases.release("a", 1);
    assert.equal(await leases.find("a"), undefined);
    assert.equal(await leases.renew("a", { fence: 1, nowMs: 1001, leaseMs: 100 }), false);
    assert.deepEqual(await leases.claim("a", claimOf("one", 1001)), { kind: "claimed", fence: 2 });
  });

  contract("renews for its holder alone", async (leases) => {
    assert.equal(await leases.renew("a", { fence: 1, nowMs: 1000, leaseMs: 100 }), false);
    await leases.claim("a", claimOf("one", 1000));
    assert.equal(await leases.renew("a", { fence: 1, nowMs: 1050, leaseMs: 500 }), true);
    assert.equal((await leases.find("a"))?.expiresAtMs, 1550);
    assert.equal(await leases.renew("a", { fence: 2, nowMs: 1050, leaseMs: 500 }), false);
    await leases.claim("a", claimOf("two", 1550));
    assert.equal(await leases.renew("a", { fence: 1, nowMs: 1560, leaseMs: 500 }), false);
    assert.deepEqual(await leases.find("a"), { holder: "two", fence: 2, expiresAtMs: 1650 });
  });

  contract("renews what has expired and nobody took", async (leases) => {
    await leases.claim("a", claimOf("one", 1000));
    assert.equal(await leases.renew("a", { fence: 1, nowMs: 5000, leaseMs: 100 }), true);
    assert.equal((await leases.claim("a", claimOf("two", 5050))).kind, "busy");
  });

  contract("releases nothing that another has by now", async (leases) => {
    await leases.release("a", 1);
    await leases.claim("a", claimOf("one", 1000));
    await leases.claim("a", claimOf("two", 1100));
    await leases.release("a", 1);
    assert.equal((await leases.find("a"))?.holder, "two");
    await leases.release("a", 2);
    await leases.release("a", 2);
    assert.equal(await leases.find("a"), undefined);
  });

  contract("gives a resource to one of many who claim it at once", async (leases) => {
    for (const fence of [1, 2, 3]) {
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, index) => leases.claim("a", claimOf(`holder-${fence}-${index}`, fence * 1000))),
      );
      assert.deepEqual(
        claims.filter(({ kind }) => kind === "claimed"),
        [{ kind: "claimed", fence }],
      );
    }
  });

  contract("takes any name of a resource", async (leases) => {
    const names = [
      "a/b",
      "a/b/c",
      "a",
      "A",
      "%2F",
      "ünï/cødé",
      `${"long/".repeat(60)}x`,
      `${"long/".repeat(60)}y`,
      "..",
      " ",
    ];
    for (const name of names) await leases.claim(name, claimOf(name, 1000));
    for (const name of names) assert.equal((await leases.find(name))?.holder, name);
  });

  return cases;
}
