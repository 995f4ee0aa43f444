import { z } from "zod";
import { parseStageName } from "./stage-name.ts";
import { strict } from "./strict.ts";

const bucket = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[^?#@]*)?$/;
const file = /^(file:\/\/\/|\.{1,2}\/|\/)[^?#]*$/;

export const GlueLocation = strict({
  kind: z.literal("glue"),
  /** The databases are `<databasePrefix><zone>`. They have to be there: Terraform makes them. */
  databasePrefix: z
    .string()
    .regex(/^[a-z0-9_]{0,60}$/, {
      error: "expected a prefix of lower-case letters, digits and _, of at most 60 characters",
    })
    .default("snowmelt_"),
  /** @default the lake's region */
  region: z.string().min(1, { error: "expected a region such as eu-central-1" }).exactOptional(),
});

export const LakeLocation = strict({
  /** `s3://bucket/prefix`, `file:///data/lake`, or a folder by path (relative to the working directory: `./.snowmelt/lake`). */
  root: z.string().refine((root) => bucket.test(root) || file.test(root), {
    error: "expected s3://bucket/prefix, file:///folder, /folder or ./folder",
  }),
  /** Of the bucket. Default: what the environment or profile says. */
  region: z.string().min(1, { error: "expected a region such as eu-central-1" }).exactOptional(),
  /** The account that owns the bucket: S3 refuses every call if it is another. */
  expectedBucketOwner: z
    .string()
    .regex(/^\d{12}$/, { error: "expected the 12 digits of an AWS account" })
    .exactOptional(),
  /** Objects are encrypted by this key of KMS, with a bucket key. Default: as the bucket says. */
  kmsKeyId: z.string().min(1, { error: "expected the id, ARN or alias of a KMS key" }).exactOptional(),
  /**
   * As `DATABASE.SCHEMA.STAGE`: the external stage that covers the root, by which Snowflake unloads straight into the lake, or
   * an internal one, from which unloaded files are moved into it.
   */
  stage: z
    .string()
    .refine((text) => parseStageName(text) !== undefined, {
      error: "expected DATABASE.SCHEMA.STAGE, with quotes around a name that is not upper case",
    })
    .exactOptional(),
  /** Where readers find the tables; made equal to the lake after each run. Default: nowhere. */
  catalog: z.discriminatedUnion("kind", [GlueLocation], { error: "expected glue()" }).exactOptional(),
}).superRefine(({ root, stage: _, ...others }, context) => {
  if (root.startsWith("s3://")) return;
  for (const name of Object.keys(others)) {
    context.addIssue({
      code: "custom",
      path: [name],
      message: `${name} goes with a lake on S3, and the root is a folder`,
    });
  }
});
/** Where the lake of an environment is, in normal form. */
export type LakeLocation = z.output<typeof LakeLocation>;
export type GlueLocation = z.output<typeof GlueLocation>;

/** The tables are registered in the AWS Glue catalog, each as `<databasePrefix><zone>.<dataset>` in lower case. */
export const glue = (options: Omit<z.input<typeof GlueLocation>, "kind"> = {}) =>
  ({ kind: "glue", ...options }) as const;
