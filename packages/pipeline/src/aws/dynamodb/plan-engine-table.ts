import type { CreateTableCommandInput } from "@aws-sdk/client-dynamodb";

export interface EngineTablePlan {
  readonly create: CreateTableCommandInput;
  /** Seconds since 1970, of what may be deleted then; deleted days later, so nothing is concluded from its absence. */
  readonly ttlAttribute: string;
  readonly pointInTimeRecovery: true;
}

/** What has a time at which somebody looks at it: runs, commands, incidents; ended runs by their end. Sparse. */
export const dueIndex = "due";
/** What is listed: runs by their age, incidents and breakers by their name. Its keys never change. Sparse. */
export const listedIndex = "listed";
export const ttlAttribute = "expiresAt";

/**
 * The one table of the engine's stores, as data: for Terraform, and for tests. On demand, encrypted by the key that is named or by
 * AWS's own of the account, protected from deletion, with recovery to a point in time.
 */
export function planEngineTable(tableName: string, options: { readonly kmsKeyArn?: string } = {}): EngineTablePlan {
  const text = (AttributeName: string) => ({ AttributeName, AttributeType: "S" as const });
  const keys = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: "HASH" as const },
    { AttributeName: range, KeyType: "RANGE" as const },
  ];
  return {
    create: {
      TableName: tableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: ["pk", "sk", "duePk", "dueSk", "listPk", "listSk"].map(text),
      KeySchema: keys("pk", "sk"),
      GlobalSecondaryIndexes: [
        { IndexName: dueIndex, KeySchema: keys("duePk", "dueSk"), Projection: { ProjectionType: "KEYS_ONLY" } },
        {
          IndexName: listedIndex,
          KeySchema: keys("listPk", "listSk"),
          Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["environment", "pipeline"] },
        },
      ],
      SSESpecification: {
        Enabled: true,
        SSEType: "KMS",
        ...(options.kmsKeyArn === undefined ? {} : { KMSMasterKeyId: options.kmsKeyArn }),
      },
      DeletionProtectionEnabled: true,
    },
    ttlAttribute,
    pointInTimeRecovery: true,
  };
}
