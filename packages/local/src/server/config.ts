import { isLoopback } from "@snowmelt/core/network";
import { z } from "zod";
import { S3Access } from "../sql/stage/s3-access.ts";
import { UnloadFormat } from "../sql/unload/unload-format.ts";

export type { S3Access, UnloadFormat };

const Token = z.strictObject({
  token: z.string().min(1),
  /** Epoch milliseconds after which the token is refused as expired; never when absent. */
  expiresAtMs: z.number().optional(),
});

/** Someone who may log in, and by what. A way to log in that is not listed is refused. */
export const LocalUser = z.strictObject({
  name: z.string().min(1),
  password: z.string().min(1).optional(),
  /** RSA public keys in PEM, the two slots RSA_PUBLIC_KEY and RSA_PUBLIC_KEY_2; an empty text leaves the first one free. */
  publicKeys: z.array(z.string()).max(2).default([]),
  oauthTokens: z.array(Token).default([]),
  programmaticAccessTokens: z.array(Token).default([]),
  /** IAM users, roles (`arn:aws:iam::…:role/…`) or sessions of roles that log in as this user by workload identity. */
  awsArns: z.array(z.string()).default([]),
  /** Who has to have issued an outbound token of such an identity; without it none is taken. */
  awsIssuer: z.url().optional(),
  /** @default "SYSADMIN" */
  defaultRole: z.string().default("SYSADMIN"),
});
export type LocalUser = z.infer<typeof LocalUser>;

/** What AWS STS knows of an access key: signatures are computed again with its secret. */
export const AwsIdentity = z.strictObject({
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
  /** The session token that must come with a temporary key. */
  sessionToken: z.string().optional(),
  /** What GetCallerIdentity answers: a user, a role or an assumed role. */
  arn: z.string().startsWith("arn:"),
});
export type AwsIdentity = z.infer<typeof AwsIdentity>;

/** An AWS account that lets its roles take tokens to the outside: its issuer and the key that STS signs them with. */
export const AwsTokenIssuer = z.strictObject({
  issuer: z.url(),
  /** Of a P-384 key, in PEM. */
  publicKey: z.string().min(1),
});
export type AwsTokenIssuer = z.infer<typeof AwsTokenIssuer>;

/** How results are cut and how long they live. */
export const ResultSizes = z.strictObject({
  /** Rows at most that come inside the reply; 0 puts every row in chunks. @default 1000 */
  inlineRows: z.int().min(0).default(1000),
  /** Bytes at most that come inside the reply. @default 100_000 */
  inlineBytes: z.int().min(0).default(100_000),
  /** Uncompressed bytes of the first chunk; each next one doubles. @default 1 MiB */
  firstChunkBytes: z.int().min(1).default(1_048_576),
  /** Uncompressed bytes of the largest chunks. @default 16 MiB */
  maxChunkBytes: z.int().min(1).default(16_777_216),
});
export type ResultSizes = z.infer<typeof ResultSizes>;

/** Lifetimes, as Snowflake has them by default. */
const Lifetimes = z.strictObject({
  /** @default 3600 */
  sessionTokenSeconds: z.number().positive().default(3600),
  /** @default 14400 */
  masterTokenSeconds: z.number().positive().default(14_400),
  /** @default 21600, six hours */
  chunkUrlSeconds: z.number().positive().default(21_600),
  /** How long a finished result and its status can be read. @default 86400 */
  resultSeconds: z.number().positive().default(86_400),
  /** How long a request waits for a running query before it is told to ask again. @default 45_000 */
  longPollMs: z.number().positive().default(45_000),
});
/** Everything a local Snowflake is started with. */
export const LocalServerConfig = z.strictObject({
  /** A loopback address: the server speaks plain http and refuses any other. @default "127.0.0.1" */
  host: z.string().default("127.0.0.1"),
  /** 0 takes a free port. @default 0 */
  port: z.int().min(0).max(65_535).default(0),
  /** Where data, results, sessions and history live. One server at a time. */
  dataDir: z.string().min(1),
  /** Loads the sample data when the folder does not hold it yet. @default false */
  sample: z.boolean().default(false),
  /** How many times the sample's flights are repeated. @default 1 */
  sampleScale: z.int().min(1).default(1),
  /** @default "LOCAL" */
  account: z.string().min(1).default("LOCAL"),
  /** Names offered to clients in the connection facts. @default "AVIATION" */
  database: z.string().min(1).default("AVIATION"),
  /** @default "PUBLIC" */
  schema: z.string().min(1).default("PUBLIC"),
  /** @default "LOCAL_WH" */
  warehouse: z.string().min(1).default("LOCAL_WH"),
  /** Users beside the default one, `SNOWMELT`, whose password is generated once per data folder unless given here. */
  users: z.array(LocalUser).default([]),
  awsIdentities: z.array(AwsIdentity).default([]),
  awsTokenIssuers: z.array(AwsTokenIssuer).default([]),
  results: ResultSizes.prefault({}),
  lifetimes: Lifetimes.prefault({}),
  /** How stages in S3 are reached. @default none: a COPY to such a stage is refused */
  s3: S3Access.refine(({ endpoint }) => endpoint === undefined || isPrivate(endpoint), {
    message: "An S3 endpoint is https, or plain http on a loopback address.",
    path: ["endpoint"],
  }).optional(),
  unload: UnloadFormat.prefault({}),
  /** Milliseconds the server's clock is ahead of the machine's. @default 0 */
  clockOffsetMs: z.number().default(0),
});
export type LocalServerConfig = z.infer<typeof LocalServerConfig>;

export const DEFAULT_USER = "SNOWMELT";

function isPrivate(endpoint: string): boolean {
  const { protocol, hostname } = new URL(endpoint);
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}
