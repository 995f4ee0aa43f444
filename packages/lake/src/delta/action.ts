import { z } from "zod";

/** zod copies records through assignment, which drops a key named `__proto__`; column names are whatever they are. */
const recordOf = <T>(isItem: (item: unknown) => boolean, expected: string) =>
  z.custom<Readonly<Record<string, T>>>(
    (value) => typeof value === "object" && value !== null && Object.values(value).every(isItem),
    `expected an object of ${expected}`,
  );
const isText = (value: unknown): boolean => typeof value === "string";
const isTextOrNull = (value: unknown): boolean => value === null || isText(value);

/** By column name, in the protocol's text form; null is NULL. */
export type PartitionValues = Readonly<Record<string, string | null>>;
export const PartitionValues = recordOf<string | null>(isTextOrNull, "strings or nulls");
const Tags = recordOf<string | null>(isTextOrNull, "strings");
const Long = z.union([z.int(), z.bigint()]).transform(BigInt);

export const Protocol = z.looseObject({
  minReaderVersion: z.int(),
  minWriterVersion: z.int(),
  readerFeatures: z.array(z.string()).nullish(),
  writerFeatures: z.array(z.string()).nullish(),
});
export type Protocol = z.infer<typeof Protocol>;

export const MetaData = z.looseObject({
  id: z.string(),
  name: z.string().nullish(),
  description: z.string().nullish(),
  format: z.looseObject({ provider: z.string() }),
  schemaString: z.string(),
  partitionColumns: z.array(z.string()),
  configuration: recordOf<string>(isText, "strings").default({}),
  createdTime: z.number().nullish(),
});
export type MetaData = z.infer<typeof MetaData>;

export const AddFile = z.looseObject({
  /** Percent-encoded, below the table's root. */
  path: z.string(),
  partitionValues: PartitionValues,
  /** Bytes. */
  size: z.int(),
  /** Milliseconds since the epoch. */
  modificationTime: z.number(),
  dataChange: z.boolean(),
  /** JSON text. */
  stats: z.string().nullish(),
  tags: Tags.nullish(),
});
export type AddFile = z.infer<typeof AddFile>;

export const RemoveFile = z.looseObject({
  path: z.string(),
  deletionTimestamp: z.number().nullish(),
  dataChange: z.boolean(),
  extendedFileMetadata: z.boolean().nullish(),
  partitionValues: PartitionValues.nullish(),
  size: z.int().nullish(),
});
export type RemoveFile = z.infer<typeof RemoveFile>;

export const Txn = z.looseObject({ appId: z.string(), version: Long, lastUpdated: z.number().nullish() });
export type Txn = z.infer<typeof Txn>;

/** Free by the protocol; kept exact. */
export const CommitInfo = z.looseObject({});
export type CommitInfo = z.infer<typeof CommitInfo>;

/** One line of a commit. */
export type Action =
  | { readonly protocol: Protocol }
  | { readonly metaData: MetaData }
  | { readonly add: AddFile }
  | { readonly remove: RemoveFile }
  | { readonly txn: Txn }
  | { readonly commitInfo: CommitInfo };

/** What a plan may put into a commit; the committer adds `commitInfo` and the `txn` of lanes. */
export type TableAction = Exclude<Action, { readonly commitInfo: CommitInfo }>;
