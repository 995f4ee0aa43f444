import {
  dataset,
  definePipeline,
  definePlatform,
  delta,
  eventBridge,
  every,
  glue,
  incremental,
  integer,
  type keyPair,
  month,
  onObject,
  secret,
  sns,
  table,
  webhook,
  workloadIdentity,
} from "@snowmelt/core/definition";
import { columnValues, isComplete, isUnique } from "@snowmelt/core/quality";
import { sourceTable } from "@snowmelt/core/types";
import { FLIGHTS } from "../../pipelines/flights.schema.ts";
import { bus, databasePrefix, environment, lakeBucket, secretName, topicName } from "./names.ts";

const signingKeys = [secret(`aws:${secretName}#key`)];

export const channels = {
  people: webhook({ url: secret(`aws:${secretName}#people`), signingKeys }),
  boss: webhook({ url: secret(`aws:${secretName}#boss`), signingKeys }),
  topic: sns({ topic: topicName }),
  bus: eventBridge({ bus }),
};

export const smallPipeline = "small";
/** Its datasets; their tables are called the same. */
export const smallNames: readonly string[] = Array.from(
  { length: 200 },
  (_, index) => `small${String(index).padStart(3, "0")}`,
);

export interface SourcePlace {
  readonly account: string;
  readonly host: string;
  readonly port: number;
  readonly warehouse: string;
}

/** Who functions are for Snowflake. */
export interface Login {
  readonly user?: string;
  readonly auth: ReturnType<typeof workloadIdentity> | ReturnType<typeof keyPair>;
}

/** What is deployed for the test: FLIGHTS by the clock and by objects, a table that is not there yet, and many small ones. */
export function defineAll(
  { account, host, port, warehouse }: SourcePlace,
  login: Login = { auth: workloadIdentity() },
) {
  const platform = definePlatform({
    name: "e2e",
    environments: {
      [environment]: {
        snowflake: {
          account,
          host,
          port,
          protocol: "http",
          warehouse,
          database: "AVIATION",
          schema: "PUBLIC",
          ...login,
        },
        lake: { root: `s3://${lakeBucket}/tables`, region: "us-east-1", catalog: glue({ databasePrefix }) },
      },
    },
    alerts: {
      channels,
      escalation: [{ channels: ["people", "topic", "bus"] }, { after: "1 minute", channels: ["boss"] }],
    },
  });
  const flights = definePipeline({
    apiVersion: 1,
    name: "flights",
    platform,
    datasets: {
      flights: dataset({
        source: table(FLIGHTS),
        key: ["FLIGHT_ID"],
        sync: incremental({ cursor: "UPDATED_AT", lag: "0 seconds", zone: "UTC", deletes: "ignore" }),
        columns: { FLIGHT_ID: integer(), DELAY: integer(), DISTANCE: integer() },
        land: delta({ partitionBy: [month("DATE")] }),
        quality: [isUnique("FLIGHT_ID"), isComplete("ORIGIN"), columnValues("DISTANCE", ">", 0)],
      }),
    },
    schedule: [every("1 minute"), onObject({ prefix: "drops/" })],
  });
  const later = definePipeline({
    apiVersion: 1,
    name: "later",
    platform,
    datasets: { later: smallDataset("LATER") },
    run: { stages: { extract: { attempts: 2, baseDelay: "1 second" } } },
  });
  const small = definePipeline({
    apiVersion: 1,
    name: smallPipeline,
    platform,
    datasets: Object.fromEntries(smallNames.map((name) => [name, smallDataset(name.toUpperCase())])),
    run: { stages: { extract: { attempts: 8, baseDelay: "1 second" } } },
  });
  return [flights, later, small];
}

function smallDataset(name: string) {
  const source = sourceTable({
    kind: "table",
    database: "AVIATION",
    schema: "PUBLIC",
    name,
    columns: [
      ["ID", "NUMBER(9,0) NOT NULL"],
      ["UPDATED_AT", "TIMESTAMP_NTZ(6) NOT NULL"],
    ],
  });
  return dataset({
    source: table(source),
    key: ["ID"],
    sync: incremental({ cursor: "UPDATED_AT", lag: "0 seconds", zone: "UTC", deletes: "ignore" }),
    land: delta(),
  });
}
