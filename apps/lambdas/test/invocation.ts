import type { Context, SQSEvent, SQSMessageAttributes } from "aws-lambda";

export const contextOf = (functionName: string, remainingMs = 40_000): Context =>
  ({
    awsRequestId: "r",
    functionName,
    invokedFunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:${functionName}`,
    memoryLimitInMB: "4096",
    getRemainingTimeInMillis: () => remainingMs,
  }) as Context;

/** Messages of SQS as it calls a function with them, `m0` the first. */
export const sqsEvent = (bodies: readonly string[], messageAttributes: SQSMessageAttributes = {}): SQSEvent => ({
  Records: bodies.map((body, index) => ({
    messageId: `m${index}`,
    receiptHandle: "h",
    body,
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "0",
      SenderId: "s",
      ApproximateFirstReceiveTimestamp: "0",
    },
    messageAttributes,
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:123456789012:queue",
    awsRegion: "us-east-1",
  })),
});
