/** A bucket and what of it belongs to the place. */
export interface BucketPlace {
  readonly bucket: string;
  /** Without a slash at either end; empty for the whole bucket. */
  readonly prefix: string;
}

/** What the resources of an environment are called. */
export interface ResourceNames {
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  /** Before the name of every function and queue: `snowmelt-prod-`. */
  readonly prefix: string;
  readonly lake: BucketPlace;
  readonly state: BucketPlace;
  readonly stateTable: string;
  /** ARNs of buses: the platform's, and those of channels. */
  readonly buses: readonly string[];
  /** ARNs of the topics of channels. */
  readonly topics: readonly string[];
  /** ARNs. A secret's own, with its six characters at the end, or `-??????` for them. */
  readonly secrets: { readonly snowflake: readonly string[]; readonly channels: readonly string[] };
  /** ARNs of keys of KMS; left out where AWS's own encryption holds. */
  readonly keys: { readonly lake?: string; readonly state?: string; readonly secrets?: string };
  /** Glue databases of the lake. */
  readonly databases: readonly string[];
  /** ARNs of roles that are assumed before Snowflake is asked. */
  readonly impersonate: readonly string[];
}

/** One statement of a policy of IAM, as JSON has it. */
export interface IamStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}
