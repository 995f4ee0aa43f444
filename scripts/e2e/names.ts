import type { FunctionName, ResourceNames } from "@snowmelt/core/functions";

export const environment = "e2e";
export const prefix = "snowmelt-e2e-";
export const bus = "snowmelt-e2e";
export const table = "snowmelt-e2e-engine";
export const lakeBucket = "snowmelt-lake";
export const stateBucket = "snowmelt-state";
export const databasePrefix = "e2e_";
export const secretName = "snowmelt-webhook";
/** Its definition is of a version that nobody here knows. */
export const stalePipeline = "stale";
export const keySecretName = "snowmelt-key";
/** Logs in by the key in that secret. */
export const keyUser = "SNOWMELT_KEYS";
export const topicName = "snowmelt-e2e-alerts";
/** Where everything ends up that the topic and the bus say. */
export const heardQueue = "heard";

export interface Place {
  readonly region: string;
  readonly accountId: string;
  readonly endpoint: string;
}

/** What everything is called: the policies and the definitions say it alike. Pure. */
export function resourceNames({ region, accountId: account }: Omit<Place, "endpoint">): ResourceNames {
  const secretArn = (name: string) => `arn:aws:secretsmanager:${region}:${account}:secret:${name}-*`;
  return {
    partition: "aws",
    region,
    account,
    prefix,
    lake: { bucket: lakeBucket, prefix: "tables" },
    state: { bucket: stateBucket, prefix: "" },
    stateTable: table,
    buses: [`arn:aws:events:${region}:${account}:event-bus/${bus}`],
    topics: [topicArn({ region, accountId: account })],
    secrets: { snowflake: [secretArn(keySecretName)], channels: [secretArn(secretName)] },
    keys: {},
    databases: [`${databasePrefix}raw`],
    impersonate: [],
  };
}

export const roleName = (name: FunctionName): string => `${prefix}${name}`;
export const functionArn = ({ region, accountId }: Place, name: FunctionName): string =>
  `arn:aws:lambda:${region}:${accountId}:function:${prefix}${name}`;
export const topicArn = ({ region, accountId }: Omit<Place, "endpoint">): string =>
  `arn:aws:sns:${region}:${accountId}:${topicName}`;
export const queueUrl = ({ endpoint, accountId }: Place, queue: string): string =>
  `${endpoint}/${accountId}/${prefix}${queue}`;
export const queueArn = ({ region, accountId }: Place, queue: string): string =>
  `arn:aws:sqs:${region}:${accountId}:${prefix}${queue}`;
