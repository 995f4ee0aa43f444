/** Dollars, on demand, us-east-1. */
export const prices = {
  dynamoDb: {
    perMillionWriteUnits: 0.625,
    perMillionReadUnits: 0.125,
    page: "https://aws.amazon.com/dynamodb/pricing/on-demand/",
    asOf: "2024-11-01, the date of the last change known to us",
  },
  sqs: {
    perMillionRequests: 0.4,
    page: "https://aws.amazon.com/sqs/pricing/",
    asOf: "2024-11-01, the date at which it was last known to us",
  },
} as const;
