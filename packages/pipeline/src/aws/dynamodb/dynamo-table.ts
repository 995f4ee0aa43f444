import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DeleteItemCommandInput,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
  type WriteRequest,
} from "@aws-sdk/client-dynamodb";
import { isLoopback } from "@snowmelt/core/network";
import { type Clock, type Random, systemClock, systemRandom } from "@snowmelt/core/ports";
import { RetryPolicy, retry } from "@snowmelt/core/retry";
import { pipelineError } from "../../pipeline-error.ts";
import { isTransient, toStoreError } from "./dynamo-error.ts";
import type { Item } from "./item-body.ts";
import type { ItemKey } from "./item-keys.ts";

export interface DynamoTableOptions {
  readonly table: string;
  /** @default that of the environment */
  readonly region?: string;
  /** Of an emulator or a VPC. Plain http on this machine alone. @default AWS's of the region */
  readonly endpoint?: string;
  /** @default those of the environment: of the function's role */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** Of each request, on conflicts of transactions, throttling and a lost network. @default 8 tries, waits from 25 ms up to 1 s */
  readonly retry?: RetryPolicy;
  /** Requests at a time. @default 64 */
  readonly maxSockets?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** `old`: the item as it is, where a condition failed and there is one. */
export type Written =
  | { readonly ok: true; readonly item: Item }
  | { readonly ok: false; readonly old: Item | undefined };

/** Undefined for a condition that held. */
export type Transacted =
  | { readonly ok: true }
  | { readonly ok: false; readonly failed: readonly ({ readonly old: Item | undefined } | undefined)[] };

/** The table, whose every request is tried again here and nowhere else. A condition that fails is a value. */
export interface DynamoTable {
  readonly clock: Clock;
  readonly random: Random;
  get(key: ItemKey): Promise<Item | undefined>;
  /** In no order; what is not there is left out. Any number of keys. */
  getAll(keys: readonly ItemKey[]): Promise<readonly Item[]>;
  query(input: Omit<QueryCommandInput, "TableName">): AsyncIterable<Item>;
  scan(input: Omit<ScanCommandInput, "TableName">): AsyncIterable<Item>;
  put(input: Omit<PutItemCommandInput, "TableName">): Promise<Written>;
  update(key: ItemKey, input: Omit<UpdateItemCommandInput, "TableName" | "Key">): Promise<Written>;
  delete(key: ItemKey, input?: Omit<DeleteItemCommandInput, "TableName" | "Key">): Promise<Written>;
  /** Puts and deletes without conditions, any number, not together. */
  writeAll(writes: readonly WriteRequest[]): Promise<void>;
  transact(actions: readonly TransactWriteItem[]): Promise<Transacted>;
  close(): void;
}

const defaultPolicy = RetryPolicy.parse({ attempts: 8, baseDelayMs: 25, maxDelayMs: 1000 });

/** No I/O: the first request connects. */
export function openDynamoTable(options: DynamoTableOptions): DynamoTable {
  const { table, clock = systemClock, random = systemRandom, retry: policy = defaultPolicy } = options;
  const client = openClient(options);
  const attempt = async <T>(what: string, request: () => Promise<T>): Promise<T> => {
    try {
      return await retry(request, { what, policy, clock, random, isRetryable: isTransient });
    } catch (error) {
      throw toStoreError(error, what, table);
    }
  };
  const conditional = async (
    what: string,
    request: () => Promise<{ readonly Attributes?: Item | undefined }>,
  ): Promise<Written> =>
    attempt(what, async () => {
      try {
        return { ok: true, item: (await request()).Attributes ?? {} };
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return { ok: false, old: error.Item };
        throw error;
      }
    });
  const TableName = table;
  const onFailure = { ReturnValuesOnConditionCheckFailure: "ALL_OLD" } as const;
  return {
    clock,
    random,
    async get({ pk, sk }) {
      const command = new GetItemCommand({ TableName, Key: keyOf({ pk, sk }), ConsistentRead: true });
      return (await attempt(`read ${pk} ${sk}`, () => client.send(command))).Item;
    },
    async getAll(keys) {
      const items: Item[] = [];
      for (const chunk of chunksOf(keys.map(keyOf), 100)) {
        let left: Item[] = chunk;
        await attempt(`read ${chunk.length} items`, async () => {
          while (left.length > 0) {
            const RequestItems = { [table]: { Keys: left, ConsistentRead: true } };
            const answer = await client.send(new BatchGetItemCommand({ RequestItems }));
            items.push(...(answer.Responses?.[table] ?? []));
            const unread = answer.UnprocessedKeys?.[table]?.Keys ?? [];
            if (unread.length === left.length) throw throttled();
            left = unread;
          }
        });
      }
      return items;
    },
    query: (input) =>
      paged((ExclusiveStartKey) =>
        attempt("query", () => client.send(new QueryCommand({ TableName, ...input, ExclusiveStartKey }))),
      ),
    scan: (input) =>
      paged((ExclusiveStartKey) =>
        attempt("scan", () => client.send(new ScanCommand({ TableName, ...input, ExclusiveStartKey }))),
      ),
    put: (input) =>
      conditional("put an item", () => client.send(new PutItemCommand({ TableName, ...onFailure, ...input }))),
    update: (key, input) =>
      conditional(`update ${key.pk} ${key.sk}`, () =>
        client.send(
          new UpdateItemCommand({ TableName, Key: keyOf(key), ReturnValues: "ALL_NEW", ...onFailure, ...input }),
        ),
      ),
    delete: (key, input) =>
      conditional(`delete ${key.pk} ${key.sk}`, () =>
        client.send(new DeleteItemCommand({ TableName, Key: keyOf(key), ...onFailure, ...input })),
      ),
    async writeAll(writes) {
      for (const chunk of chunksOf(writes, 25)) {
        let left: WriteRequest[] = chunk;
        await attempt(`write ${chunk.length} items`, async () => {
          while (left.length > 0) {
            const answer = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: left } }));
            const unwritten = answer.UnprocessedItems?.[table] ?? [];
            if (unwritten.length === left.length) throw throttled();
            left = unwritten;
          }
        });
      }
    },
    async transact(actions) {
      // One token for all tries, so that a try whose answer was lost is not taken for another's work.
      const ClientRequestToken = random.uuid();
      const TransactItems = actions.map((action) => withTable(action, table));
      return attempt(`write ${actions.length} items together`, async (): Promise<Transacted> => {
        try {
          await client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));
          return { ok: true };
        } catch (error) {
          if (!(error instanceof TransactionCanceledException) || isTransient(error)) throw error;
          const failed = (error.CancellationReasons ?? []).map(({ Code, Item }) =>
            Code === "ConditionalCheckFailed" ? { old: Item } : undefined,
          );
          if (failed.every((reason) => reason === undefined)) throw error;
          return { ok: false, failed };
        }
      });
    },
    close: () => client.destroy(),
  };
}

export const keyOf = ({ pk, sk }: ItemKey): Item => ({ pk: { S: pk }, sk: { S: sk } });

export function itemKeyOf(item: Item): ItemKey {
  return { pk: item.pk?.S ?? "", sk: item.sk?.S ?? "" };
}

async function* paged(
  page: (start: Item | undefined) => Promise<{ Items?: Item[] | undefined; LastEvaluatedKey?: Item | undefined }>,
): AsyncGenerator<Item> {
  let start: Item | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await page(start);
    yield* Items;
    start = LastEvaluatedKey;
  } while (start);
}

/** With the table named, and the item as it is told of a condition that fails. */
function withTable({ Put, Update, Delete }: TransactWriteItem, TableName: string): TransactWriteItem {
  const common = { TableName, ReturnValuesOnConditionCheckFailure: "ALL_OLD" } as const;
  if (Put) return { Put: { ...Put, ...common } };
  if (Update) return { Update: { ...Update, ...common } };
  if (Delete) return { Delete: { ...Delete, ...common } };
  throw new RangeError("a transaction of the engine's table puts, updates and deletes");
}

export function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, chunk) =>
    items.slice(chunk * size, (chunk + 1) * size),
  );
}

const throttled = () =>
  pipelineError("ENGINE_STORE_FAILED", "DynamoDB did none of a batch: it is being throttled. Run again later.", {
    retryable: true,
  });

function openClient({ region, endpoint, credentials, maxSockets = 64 }: DynamoTableOptions): DynamoDBClient {
  const client = new DynamoDBClient({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    // Tried again by core's retry alone.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: 5000,
      requestTimeout: 15_000,
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
      logger: quiet,
    },
  });
  // The environment can set an endpoint too, so each request is looked at.
  client.middlewareStack.add(
    (next) => async (args) => {
      const { request } = args;
      if (isPlain(request) && !isLoopback(request.hostname)) {
        throw pipelineError(
          "ENGINE_STORE_DENIED",
          `The DynamoDB endpoint http://${request.hostname} would send data and signatures in the clear. Expected https, or an address of this machine.`,
        );
      }
      return next(args);
    },
    { step: "finalizeRequest", name: "snowmeltRefuseClearText" },
  );
  return client;
}

const isPlain = (request: unknown): request is { readonly protocol: string; readonly hostname: string } =>
  typeof request === "object" &&
  request !== null &&
  "protocol" in request &&
  request.protocol === "http:" &&
  "hostname" in request &&
  typeof request.hostname === "string";

const ignore = (): void => undefined;
const quiet = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };
