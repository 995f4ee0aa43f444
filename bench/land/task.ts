import { dataset, definePipeline, delta, full, integer, month, type Pipeline, table } from "@snowmelt/core/definition";
import { memorySecrets, type Secrets } from "@snowmelt/core/ports";
import { FLIGHTS } from "../../pipelines/flights.schema.ts";
import flights from "../../pipelines/flights.ts";
import platform from "../../platform.ts";
import { type LakePlace, lakePlace } from "../../scripts/quickstart/lake-place.ts";

/** A dataset called `flights`, by what is asked of its rows on their way. */
export const pipelines = {
  "key and rules": flights,
  "no rules": definePipeline({
    apiVersion: 1,
    name: "flights",
    platform,
    datasets: {
      flights: dataset({
        source: table(FLIGHTS),
        sync: full(),
        columns: { FLIGHT_ID: integer(), DELAY: integer(), DISTANCE: integer() },
        land: delta({ partitionBy: [month("DATE")] }),
      }),
    },
  }),
} as const satisfies Readonly<Record<string, Pipeline>>;
export type Rows = keyof typeof pipelines;

/** Where rows go and by which route. */
export const routes = {
  "stream to a folder": lakePlace({}),
  "stream to S3": lakePlace({ s3: true }),
  "unload to S3": lakePlace({ s3: true, unload: true }),
} as const satisfies Readonly<Record<string, LakePlace>>;
export type Route = keyof typeof routes;

/** One landing in an empty lake. */
export interface Task {
  readonly subject: "snowmelt" | "by hand";
  readonly route: Route;
  readonly rows: Rows;
  readonly rowCount: number;
  /** Of the local Snowflake. */
  readonly port: number;
  readonly password: string;
  /** Of the local AWS. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** For the folder lake, the state and the records. */
  readonly directory: string;
}

/** What a landing cost the process that did it; its start and imports are left out of the times and not of the memory. */
export interface Landed {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssMb: number;
}

/** What the platform's references stand for. */
export const secretsOf = ({ password }: Task): Secrets => memorySecrets({ "env:SNOWFLAKE_PASSWORD": password });
