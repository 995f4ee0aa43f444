import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expiringZones, toLandingPrefix, toQuarantinePath, toTablePath } from "./lake-path.ts";
import { findLifecycleDangers, type LifecycleRule, touchesKey } from "./lifecycle-rule.ts";
import { planLifecycle } from "./plan-lifecycle.ts";

const name = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9_-]{0,12}$/),
  fc.constantFrom("landing", "quarantine", "data", "raw", "a", "ab", "_delta_log"),
);
const zone = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/),
  fc.constantFrom("raw", "curated", "landing_zone", "landings", "quarantined", "l", "q", "data"),
);
const isTableZone = (held: string): boolean => !expiringZones.some((expiring) => expiring === held);
const datasets = fc.array(fc.record({ zone: zone.filter(isTableZone), name }), { maxLength: 6 });
const prefix = fc.constantFrom("", "lake", "lake/prod/", "landing", "quarantine", "raw");
const tableFile = fc.constantFrom(
  "_delta_log/00000000000000000000.json",
  "_delta_log/_last_checkpoint",
  "data/run=1/MONTH=2026-11/part-1.parquet",
  "data/x",
  "landing/x",
  "quarantine/a/data/x",
);

describe("the lifecycle of a lake", () => {
  it("touches no file and no log entry of any table, whatever zones, datasets and roots are called", () => {
    fc.assert(
      fc.property(datasets, prefix, tableFile, (held, root, file) => {
        const { Rules } = planLifecycle({ datasets: held, prefix: root });
        const at = root.replace(/\/$/, "");
        for (const { zone, name } of held) {
          const table = [at, toTablePath(zone, name)].filter((part) => part !== "").join("/");
          expect(Rules.filter((rule) => touchesKey(rule, `${table}/${file}`))).toEqual([]);
          expect(findLifecycleDangers({ Rules }, [table])).toEqual([]);
        }
      }),
    );
  });

  it("expires landed files and quarantined rows, and never the log of quarantined rows", () => {
    const { Rules } = planLifecycle({ datasets: [{ zone: "raw", name: "flights" }], prefix: "lake" });
    const touched = (key: string): boolean => Rules.some((rule) => touchesKey(rule, `lake/${key}`));
    expect(touched(`${toLandingPrefix("flights")}part-1.parquet`)).toBe(true);
    expect(touched(`${toQuarantinePath("flights")}/data/run=1/part-1.parquet`)).toBe(true);
    expect(touched(`${toQuarantinePath("flights")}/_delta_log/00000000000000000000.json`)).toBe(false);
    expect(touched("raw/flights/data/run=1/part-1.parquet")).toBe(false);
    expect(touched(".snowmelt/state.json")).toBe(false);
  });

  it("is what S3 takes", () => {
    expect(planLifecycle({ datasets: [{ zone: "raw", name: "flights" }], landingDays: 7 }).Rules).toEqual([
      { ID: "snowmelt-landing", Status: "Enabled", Filter: { Prefix: "landing/" }, Expiration: { Days: 7 } },
      {
        ID: "snowmelt-quarantine-flights",
        Status: "Enabled",
        Filter: { Prefix: "quarantine/flights/data/" },
        Expiration: { Days: 90 },
      },
      {
        ID: "snowmelt-noncurrent",
        Status: "Enabled",
        Filter: { Prefix: "" },
        Expiration: { ExpiredObjectDeleteMarker: true },
        NoncurrentVersionExpiration: { NoncurrentDays: 30 },
      },
      {
        ID: "snowmelt-uploads",
        Status: "Enabled",
        Filter: { Prefix: "" },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 },
      },
    ]);
  });

  it("is refused for a table in a zone that expires, and for days that are none", () => {
    for (const held of expiringZones) {
      expect(() => planLifecycle({ datasets: [{ zone: held, name: "flights" }] })).toThrow(
        expect.objectContaining({ code: "DEFINITION_INVALID", message: expect.stringContaining(`zone ${held}`) }),
      );
    }
    expect(() => planLifecycle({ datasets: [], landingDays: 0 })).toThrow(/landingDays is 0/);
    const many = Array.from({ length: 1_000 }, (_, at) => ({ zone: "raw", name: `d${at}` }));
    expect(() => planLifecycle({ datasets: many })).toThrow(/S3 takes 1000 a bucket/);
  });
});

describe("rules that others wrote", () => {
  const find = (rule: Partial<LifecycleRule>) =>
    findLifecycleDangers({ Rules: [{ Status: "Enabled", Expiration: { Days: 1 }, ...rule }] }, ["lake/raw/flights"]);

  it.each<[string, Partial<LifecycleRule>, number]>([
    ["of the whole bucket", {}, 1],
    ["of a zone", { Filter: { Prefix: "lake/raw/" } }, 1],
    ["of part of a name", { Filter: { Prefix: "lake/raw/fl" } }, 1],
    ["of a part of the table", { Filter: { Prefix: "lake/raw/flights/data/run=1/" } }, 1],
    ["narrowed by more than a prefix", { Filter: { And: { Prefix: "lake/" } } }, 1],
    ["in the older form", { Prefix: "lake/" }, 1],
    ["that archive", { Expiration: {}, Transitions: [{ StorageClass: "GLACIER" }] }, 1],
    ["of a table whose name begins as this one's", { Filter: { Prefix: "lake/raw/flights_old" } }, 0],
    ["of another zone", { Filter: { Prefix: "lake/landing/" } }, 0],
    ["that are switched off", { Status: "Disabled" }, 0],
    ["of versions alone", { Expiration: {}, NoncurrentVersionExpiration: { NoncurrentDays: 1 } }, 0],
  ])("%s", (_, rule, dangers) => {
    expect(find(rule)).toHaveLength(dangers);
  });

  it("are named with the table they break", () => {
    expect(find({ ID: "tidy", Filter: { Prefix: "lake/" } })).toEqual([
      { rule: "tidy", prefix: "lake/", table: "lake/raw/flights" },
    ]);
  });
});
