export type { S3Versions } from "./object-versions.ts";
export { openS3Store, type S3Store } from "./open-s3-store.ts";
export { type S3Checksum, type S3StoreOptions, s3Defaults } from "./s3-options.ts";
export { type S3WorstCase, s3WorstCase } from "./worst-case.ts";
