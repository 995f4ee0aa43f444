import {
  CreateTableCommand,
  DynamoDBClient,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { openAwsEmulators } from "@snowmelt/local/aws";
import { type DynamoTableOptions, openDynamoStores, planEngineTable } from "@snowmelt/pipeline/aws";
import type { ArchivedStores } from "../../src/engine/stores/store-archive.ts";
import type { StoresUnderContract } from "../../src/engine/testing/index.ts";

export interface EngineTables extends AsyncDisposable {
  /** For looking behind the stores. */
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  /** Where the tables are, for other stores in them. */
  readonly place: Pick<DynamoTableOptions, "endpoint" | "region" | "credentials">;
  /** Stores in a new, empty table, or in the one that is named. */
  open(options?: Partial<DynamoTableOptions>): Promise<OpenedTable>;
}

export interface OpenedTable extends StoresUnderContract {
  readonly stores: ArchivedStores;
  readonly table: string;
}

/** Tables in an emulated DynamoDB. */
export async function openEngineTables(): Promise<EngineTables> {
  const aws = await openAwsEmulators();
  const { endpoint, region, credentials } = aws;
  const client = new DynamoDBClient({ endpoint, region, credentials });
  const opened: AsyncDisposable[] = [];
  let tables = 0;
  return {
    client,
    endpoint,
    place: { endpoint, region, credentials },
    async open(options = {}) {
      const table = options.table ?? `engine-${++tables}`;
      if (options.table === undefined) {
        const { create, ttlAttribute } = planEngineTable(table);
        await client.send(new CreateTableCommand(create));
        const TimeToLiveSpecification = { Enabled: true, AttributeName: ttlAttribute };
        await client.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification }));
      }
      const stores = openDynamoStores({ endpoint, region, credentials, ...options, table });
      opened.push(stores);
      return {
        stores,
        table,
        async makeNewer(runId) {
          for (const sk of ["STATE", "CMD#0000000001/000000"]) {
            await client.send(
              new UpdateItemCommand({
                TableName: table,
                Key: { pk: { S: `RUN#${runId}` }, sk: { S: sk } },
                UpdateExpression: "SET schemaVersion = :newer",
                ExpressionAttributeValues: { ":newer": { N: "99" } },
              }),
            );
          }
        },
      };
    },
    async [Symbol.asyncDispose]() {
      for (const stores of opened) await stores[Symbol.asyncDispose]();
      client.destroy();
      await aws[Symbol.asyncDispose]();
    },
  };
}
