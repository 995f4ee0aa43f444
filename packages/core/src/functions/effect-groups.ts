import type { ObjectPlace, QueueName, SecretUse } from "./effect.ts";
import type { Trigger } from "./function-spec.ts";

/** Effects that always go together; each keeps its exact type, as the ports of a handler follow from it. */

/** The files of tables, below `<zone>/<dataset>/`. */
export const dataFiles = "*/*/data/*";

export const reads = <const P extends ObjectPlace>(place: P, like: string) =>
  [
    { effect: "readObjects", in: place, like },
    { effect: "decrypt", key: place },
  ] as const;

/** A multipart upload is decrypted by S3 as it is put together, and what is put on a condition is looked at. */
export const puts = <const P extends ObjectPlace>(place: P, like: string) =>
  [
    { effect: "putObjects", in: place, like },
    { effect: "encrypt", key: place },
    { effect: "decrypt", key: place },
  ] as const;

export const deletes = <const P extends ObjectPlace>(place: P, like: string) =>
  [{ effect: "deleteObjects", in: place, like }] as const;

export const readsSecret = <const U extends SecretUse>(of: U) =>
  [
    { effect: "readSecret", of },
    { effect: "decrypt", key: "secrets" },
  ] as const;

export const sends = <const Q extends QueueName>(to: Q) => [{ effect: "sendQueue", queue: to }] as const;

export const sendsStages = [
  ...sends("extract"),
  ...sends("land"),
  ...sends("check"),
  ...sends("catalog"),
  ...sends("transform"),
  ...sends("publish"),
] as const;

export const stateTable = [{ effect: "stateTable", access: "write" }] as const;

/** Statements, by a key pair where the role itself is not the identity. */
export const asksSnowflake = [{ effect: "snowflakeRole" }, ...readsSecret("snowflake")] as const;

/** What every function that carries out stages does: read the definition and what earlier stages left, leave its own, tell. */
export const carriesOutStages = [
  ...stateTable,
  ...sends("events"),
  ...reads("state", "definitions/*"),
  ...reads("state", "attempts/*"),
  ...puts("state", "attempts/*"),
  ...reads("state", "stages/*"),
  ...puts("state", "stages/*"),
  ...reads("state", "receipts/*"),
  ...puts("state", "receipts/*"),
] as const;

/** Where a dataset is: its attempts, and what of given-up ones is left to delete, files that no log names. */
export const worksOnAttempts = [
  ...reads("lake", "*"),
  ...deletes("lake", dataFiles),
  ...reads("state", "datasets/*"),
  ...puts("state", "datasets/*"),
] as const;

/** All below a pattern is found, and goes. */
const forgets = (like: string) => [...reads("state", like), ...deletes("state", like)] as const;

/** What stages left for one another. */
export const forgetsLeftovers = [
  ...forgets("stages/*"),
  ...forgets("receipts/*"),
  ...forgets("entries/*"),
  ...forgets("runs/*"),
  ...forgets("attempts/*"),
] as const;

/** One message at a time, unless told otherwise: a stage takes long, and one that fails is no other's fault. */
export const queue = <const Q extends QueueName>(
  name: Q,
  { batchSize = 1, ...more }: { readonly batchSize?: number; readonly maxConcurrency?: number } = {},
) => ({ kind: "queue", queue: name, batchSize, ...more }) as const satisfies Trigger;
