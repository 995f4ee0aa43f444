import {
  BatchCreatePartitionCommand,
  BatchDeletePartitionCommand,
  BatchGetPartitionCommand,
  BatchUpdatePartitionCommand,
  CreateTableCommand,
  GetCrawlerCommand,
  GetPartitionsCommand,
  GetTableCommand,
  GlueClient,
  type GlueClientConfig,
  ListCrawlsCommand,
  StartCrawlerCommand,
  UpdateTableCommand,
} from "@aws-sdk/client-glue";
import { isLoopback } from "@snowmelt/core/network";
import { refuseClearText } from "../aws/refuse-clear-text.ts";
import type { GlueCalls } from "./glue-calls.ts";
import { glueError } from "./glue-error.ts";
import { type Patience, patientCatalog, patientCrawlers } from "./patient-glue.ts";

export interface OpenGlueOptions extends Patience {
  /** @default what the environment or profile says; `us-east-1` beside an `endpoint` */
  readonly region?: string;
  /** Of something that speaks Glue. Plain http only on a loopback address. @default AWS */
  readonly endpoint?: string;
  /** Keys, or a function that gives them again when they expire. @default the AWS chain: environment, profile, role */
  readonly credentials?: GlueClientConfig["credentials"];
  /** @default 5_000 */
  readonly connectTimeoutMs?: number;
  /** How long a connection may be silent before the call counts as failed. @default 30_000 */
  readonly idleTimeoutMs?: number;
}

/** Glue of an account and region. Disposing closes its connections. */
export type Glue = GlueCalls & Disposable;

/** No I/O: the first call connects. @throws GLUE_OPTIONS_INVALID */
export function openGlue(options: OpenGlueOptions = {}): Glue {
  const { endpoint, credentials, connectTimeoutMs = 5_000, idleTimeoutMs = 30_000 } = options;
  if (endpoint !== undefined) checkEndpoint(endpoint);
  const region = options.region ?? (endpoint === undefined ? undefined : "us-east-1");
  const client = new GlueClient({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    // Calls are repeated by patientCatalog and patientCrawlers alone.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: connectTimeoutMs, socketTimeout: idleTimeoutMs },
  });
  client.middlewareStack.add(refuseClearText(checkTransport), {
    step: "finalizeRequest",
    name: "snowmeltRefuseClearText",
  });
  const calls = toCalls(client);
  return {
    ...patientCatalog(calls, options),
    ...patientCrawlers(calls, options),
    [Symbol.dispose]: () => client.destroy(),
  };
}

function toCalls(client: GlueClient): GlueCalls {
  const sending = (signal: AbortSignal | undefined) => (signal ? { abortSignal: signal } : {});
  return {
    getTable: (input, signal) => client.send(new GetTableCommand(input), sending(signal)),
    createTable: (input, signal) => client.send(new CreateTableCommand(input), sending(signal)),
    updateTable: (input, signal) => client.send(new UpdateTableCommand(input), sending(signal)),
    getPartitions: (input, signal) => client.send(new GetPartitionsCommand(input), sending(signal)),
    batchGetPartition: (input, signal) => client.send(new BatchGetPartitionCommand(input), sending(signal)),
    batchCreatePartition: (input, signal) => client.send(new BatchCreatePartitionCommand(input), sending(signal)),
    batchUpdatePartition: (input, signal) => client.send(new BatchUpdatePartitionCommand(input), sending(signal)),
    batchDeletePartition: (input, signal) => client.send(new BatchDeletePartitionCommand(input), sending(signal)),
    getCrawler: (input, signal) => client.send(new GetCrawlerCommand(input), sending(signal)),
    startCrawler: (input, signal) => client.send(new StartCrawlerCommand(input), sending(signal)),
    listCrawls: (input, signal) => client.send(new ListCrawlsCommand(input), sending(signal)),
  };
}

function checkEndpoint(endpoint: string): void {
  const url = URL.parse(endpoint);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw glueError(
      "GLUE_OPTIONS_INVALID",
      `The Glue endpoint ${JSON.stringify(endpoint)} is not one. Expected a URL such as https://glue.eu-central-1.amazonaws.com.`,
    );
  }
  checkTransport(url.protocol, url.hostname);
}

function checkTransport(protocol: string, hostname: string): void {
  if (protocol !== "http:" || isLoopback(hostname)) return;
  throw glueError(
    "GLUE_OPTIONS_INVALID",
    `The Glue endpoint http://${hostname} would send signatures in the clear. Expected https, or an address of this machine.`,
  );
}
