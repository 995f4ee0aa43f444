import {
  dataset,
  dates,
  definePipeline,
  definePlatform,
  definitionHash,
  enumerated,
  full,
  injected,
  integers,
  month,
  parquet,
  password,
  secret,
  table,
} from "@snowmelt/core/definition";
import { sourceTable } from "@snowmelt/core/types";
import { describe, expect, it } from "vitest";

const SALES = sourceTable({
  kind: "table",
  database: "D",
  schema: "S",
  name: "SALES",
  columns: [
    ["ID", "NUMBER(9,0) NOT NULL"],
    ["STATE", "VARCHAR(2)"],
    ["SEEN", "DATE"],
  ],
});
const platform = definePlatform({
  name: "p",
  environments: {
    e: {
      snowflake: { account: "a", user: "u", auth: password(secret("env:P")) },
      lake: { root: "s3://acme-lake/lake", region: "eu-central-1" },
    },
  },
});
const pipelineOf = (land: ReturnType<typeof parquet<"STATE" | "SEEN">>) =>
  definePipeline({
    apiVersion: 1,
    name: "sales",
    platform,
    datasets: { sales: dataset({ source: table(SALES), sync: full(), land }) },
  });

describe("partition projection", () => {
  it("names each partition key, as it stands in folders", () => {
    const projection = {
      STATE: enumerated(["AK", "VT"]),
      SEEN_month: dates({ from: "2001-01", to: "NOW", format: "yyyy-MM", every: { count: 1, unit: "MONTHS" } }),
    };
    const { datasets } = pipelineOf(parquet({ partitionBy: ["STATE", month("SEEN")], projection }));
    expect(datasets.sales?.land).toMatchObject({ kind: "parquet", projection });
  });

  it.each([
    [{ partitionBy: ["STATE"] as const, projection: { STAT: injected() } }, /partition key.*STAT.*STATE/s],
    [{ partitionBy: ["STATE"] as const, projection: {} }, /names every partition key or none, and STATE is missing/],
    [{ projection: { STATE: injected() } }, /no partitions to project/],
    [{ partitionBy: ["STATE"] as const, projection: { STATE: integers({ from: 9, to: 1 }) } }, /not above its last/],
    [{ partitionBy: ["STATE"] as const, projection: { STATE: enumerated(["a,b"]) } }, /without a comma/],
  ])("refuses %j", (land, message) => {
    expect(() => pipelineOf(parquet(land))).toThrow(message);
  });

  it("changes the hash of a definition only where it is said", () => {
    const plain = definitionHash(pipelineOf(parquet({ partitionBy: ["STATE"] })));
    expect(definitionHash(pipelineOf(parquet({ partitionBy: ["STATE"], projection: { STATE: injected() } })))).not.toBe(
      plain,
    );
  });
});
