import {
  dataset,
  definePipeline,
  definePlatform,
  delta,
  every,
  glue,
  incremental,
  integer,
  month,
  onObject,
  secret,
  table,
  webhook,
  workloadIdentity,
} from "@snowmelt/core/definition";
import { columnValues, isComplete, isUnique } from "@snowmelt/core/quality";
import { sourceTable } from "@snowmelt/core/types";
import { FLIGHTS } from "../../pipelines/flights.schema.ts";
import { databasePrefix, environment, lakeBucket, secretName } from "./names.ts";

export const channels = {
  people: webhook({
    url: secret(`aws:${secretName}#url`),
    signingKeys: [secret(`aws:${secretName}#key`)],
  }),
};

export interface SourcePlace {
  readonly account: string;
  readonly host: string;
  readonly port: number;
  readonly warehouse: string;
}

/** What is deployed for the test: FLIGHTS by the clock and by objects, and a pipeline whose table is not there. */
export function defineAll({ account, host, port, warehouse }: SourcePlace) {
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
          auth: workloadIdentity(),
        },
        lake: { root: `s3://${lakeBucket}/tables`, region: "us-east-1", catalog: glue({ databasePrefix }) },
      },
    },
    alerts: { channels, escalation: [{ channels: ["people"] }] },
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
  const missing = sourceTable({
    kind: "table",
    database: "AVIATION",
    schema: "PUBLIC",
    name: "LATER",
    columns: [
      ["ID", "NUMBER(9,0) NOT NULL"],
      ["UPDATED_AT", "TIMESTAMP_NTZ(6) NOT NULL"],
    ],
  });
  const later = definePipeline({
    apiVersion: 1,
    name: "later",
    platform,
    datasets: {
      later: dataset({
        source: table(missing),
        key: ["ID"],
        sync: incremental({ cursor: "UPDATED_AT", lag: "0 seconds", zone: "UTC", deletes: "ignore" }),
        land: delta(),
      }),
    },
  });
  return [flights, later];
}
