/** A rule as the lifecycle configuration of an S3 bucket has it, as far as it is looked at here. */
export interface LifecycleRule {
  readonly ID?: string | undefined;
  readonly Status: "Enabled" | "Disabled";
  /** Older form of the filter. */
  readonly Prefix?: string | undefined;
  readonly Filter?: { readonly Prefix?: string | undefined; readonly And?: { readonly Prefix?: string | undefined } };
  readonly Expiration?: {
    readonly Days?: number | undefined;
    readonly Date?: Date | undefined;
    readonly ExpiredObjectDeleteMarker?: boolean | undefined;
  };
  /** To a colder or an archive class. */
  readonly Transitions?: readonly { readonly StorageClass?: string | undefined }[] | undefined;
  readonly NoncurrentVersionExpiration?: { readonly NoncurrentDays?: number | undefined };
  readonly AbortIncompleteMultipartUpload?: { readonly DaysAfterInitiation?: number | undefined };
}

export interface LifecycleConfiguration {
  readonly Rules: readonly LifecycleRule[];
}

/** Whether a rule may expire or move the newest version of an object with such a key. Tags and sizes are not looked at. */
export function touchesKey(rule: LifecycleRule, key: string): boolean {
  return touchesObjects(rule) && key.startsWith(prefixOf(rule));
}

export interface LifecycleDanger {
  /** The rule's ID, or its place in the configuration. */
  readonly rule: string;
  readonly prefix: string;
  /** Where the table is, in the bucket. */
  readonly table: string;
}

/**
 * Rules that may expire or archive files of tables, which breaks them for good. `tables` are paths in the bucket, without a
 * slash at the end. A rule that is narrowed by tags or sizes counts too: nothing keeps a file of a table from having them.
 */
export function findLifecycleDangers(
  { Rules }: LifecycleConfiguration,
  tables: readonly string[],
): readonly LifecycleDanger[] {
  return Rules.flatMap((rule, index) => {
    if (!touchesObjects(rule)) return [];
    const prefix = prefixOf(rule);
    return tables
      .filter((table) => `${table}/`.startsWith(prefix) || prefix.startsWith(`${table}/`))
      .map((table) => ({ rule: rule.ID ?? `rule ${index + 1}`, prefix, table }));
  });
}

function touchesObjects({ Status, Expiration, Transitions = [] }: LifecycleRule): boolean {
  const expires = Expiration?.Days !== undefined || Expiration?.Date !== undefined;
  return Status === "Enabled" && (expires || Transitions.length > 0);
}

function prefixOf({ Filter, Prefix }: LifecycleRule): string {
  return Filter?.Prefix ?? Filter?.And?.Prefix ?? Prefix ?? "";
}
