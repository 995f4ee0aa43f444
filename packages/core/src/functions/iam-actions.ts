import type { EffectKind } from "./effect.ts";

/** What IAM calls what an effect asks for. An effect that asks AWS for nothing has none. */
export const iamActions = {
  readSecret: ["secretsmanager:GetSecretValue"],
  rotateSecret: [
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecretVersionStage",
  ],
  readObjects: ["s3:GetObject"],
  // A put on the condition of an ETag asks for the right to read.
  putObjects: ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"],
  // Who deletes what an attempt left ends its unfinished uploads too.
  deleteObjects: ["s3:AbortMultipartUpload", "s3:DeleteObject"],
  stateTable: ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"],
  sendQueue: ["sqs:SendMessage"],
  publishTopic: ["sns:Publish"],
  putEvents: ["events:PutEvents"],
  glueTable: [
    "glue:BatchCreatePartition",
    "glue:BatchDeletePartition",
    "glue:BatchGetPartition",
    "glue:BatchUpdatePartition",
    "glue:CreateTable",
    "glue:GetDatabase",
    "glue:GetPartitions",
    "glue:GetTable",
    "glue:UpdateTable",
  ],
  // Of roles to assume alone: whoever is asked for their identity needs no right to say it.
  snowflakeRole: ["sts:AssumeRole"],
  decrypt: ["kms:Decrypt"],
  encrypt: ["kms:GenerateDataKey"],
  httpTo: [],
} as const satisfies Readonly<Record<EffectKind, readonly string[]>>;

/** Beside those of reading. A transaction is the sum of its writes. */
export const stateTableWriteActions = [
  "dynamodb:BatchWriteItem",
  "dynamodb:ConditionCheckItem",
  "dynamodb:DeleteItem",
  "dynamodb:PutItem",
  "dynamodb:UpdateItem",
] as const;

/** Of the function that is called with the messages of a queue. */
export const receiveQueueActions = [
  "sqs:ChangeMessageVisibility",
  "sqs:DeleteMessage",
  "sqs:GetQueueAttributes",
  "sqs:ReceiveMessage",
] as const;

/** Of every function, to its own log alone. */
export const logActions = ["logs:CreateLogStream", "logs:PutLogEvents"] as const;
