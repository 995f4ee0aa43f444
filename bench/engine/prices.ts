/** Dollars, on demand, us-east-1, as they were known at `asOf` and not read again since: look at `page` before relying on them. */
export const prices = {
  dynamoDb: {
    perMillionWriteUnits: 0.625,
    perMillionReadUnits: 0.125,
    page: "https://aws.amazon.com/dynamodb/pricing/on-demand/",
    asOf: "2024-11-01",
  },
  sqs: {
    perMillionRequests: 0.4,
    page: "https://aws.amazon.com/sqs/pricing/",
    asOf: "2024-11-01",
  },
} as const;
