/** A named stage. An internal one (`url` null) keeps its files in a folder of the server. */
export interface CatalogStage {
  readonly kind: "stage";
  readonly id: number;
  readonly database: string;
  readonly schema: string;
  readonly name: string;
  /** `s3://bucket/prefix/` or `file:///folder/`, always with a slash at its end. */
  readonly url: string | null;
  readonly integration: string | null;
  readonly encryption: StageEncryption | null;
  /** Options of FILE_FORMAT by upper-case name, TYPE among them; empty when the stage names none. */
  readonly fileFormat: Readonly<Record<string, string>>;
  readonly comment: string | null;
  readonly owner: string;
  readonly createdMicros: string;
}

export interface StageEncryption {
  readonly type: "AWS_SSE_KMS" | "AWS_SSE_S3" | "NONE" | "SNOWFLAKE_FULL" | "SNOWFLAKE_SSE";
  readonly kmsKeyId: string | null;
}

/** A storage integration: whom Snowflake is on AWS, and where it may read and write. */
export interface CatalogIntegration {
  readonly kind: "integration";
  readonly name: string;
  readonly enabled: boolean;
  readonly roleArn: string;
  readonly allowed: readonly string[];
  readonly blocked: readonly string[];
  /** The IAM user and the external id that the role's trust policy names. */
  readonly iamUserArn: string;
  readonly externalId: string;
  readonly comment: string | null;
  readonly owner: string;
  readonly createdMicros: string;
}
