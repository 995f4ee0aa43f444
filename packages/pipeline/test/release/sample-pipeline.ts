import {
  dataset,
  definePipeline,
  definePlatform,
  delta,
  full,
  type Pipeline,
  password,
  secret,
  slack,
  table,
} from "@snowmelt/core/definition";
import { sourceTable } from "@snowmelt/core/types";

const environment = {
  snowflake: { account: "A", user: "U", auth: password(secret("env:P")) },
  lake: { root: "s3://lake" },
} as const;

const platform = definePlatform({
  name: "air",
  environments: { prod: environment, test: environment },
  alerts: {
    channels: { ops: slack({ url: secret("env:S") }), team: slack({ url: secret("env:T") }) },
    escalation: [{ channels: ["ops"] }],
    rateLimit: { messages: 10, per: "1 minute" },
  },
});

const source = table(
  sourceTable({ kind: "table", database: "D", schema: "S", name: "T", columns: [["ID", "NUMBER(9,0) NOT NULL"]] }),
);

/** A pipeline of one dataset, `rows`. */
export const samplePipeline = (name: string, more: object = {}): Pipeline =>
  definePipeline({
    apiVersion: 1,
    name,
    platform,
    datasets: { rows: dataset({ source, sync: full(), land: delta() }) },
    ...more,
  });
