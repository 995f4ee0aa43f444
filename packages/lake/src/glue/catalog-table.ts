/** A column, as Glue spells it. */
export interface CatalogColumn {
  readonly Name: string;
  /** A Hive type. */
  readonly Type: string;
  readonly Comment?: string;
}

/** How and where the rows of a table or partition are kept. */
export interface CatalogStorage {
  readonly Columns: readonly CatalogColumn[];
  /** Ends at a slash. */
  readonly Location: string;
  readonly InputFormat?: string;
  readonly OutputFormat?: string;
  readonly SerdeInfo: {
    readonly SerializationLibrary?: string;
    readonly Parameters: Readonly<Record<string, string>>;
  };
}

/** A table as the catalog should have it: plain data, in Glue's own words. */
export interface CatalogTablePlan {
  readonly database: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  readonly partitionKeys: readonly CatalogColumn[];
  readonly storage: CatalogStorage;
  /** Where the table's place may have been before: this folder or one below. @default the place alone */
  readonly movesWithin?: string;
}

/** A partition of a plain Parquet table. */
export interface CatalogPartition {
  /** One text for each partition key, in their order. */
  readonly values: readonly string[];
  readonly location: string;
}

/** `s3://bucket/prefix/` however it was written, so that two of them can be compared. */
export function normalLocation(location: string): string {
  return `${location.replace(/^s3[an]:/, "s3:").replace(/\/+$/, "")}/`;
}
