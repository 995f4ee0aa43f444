import type { DeltaField } from "../delta/schema.ts";
import { type CatalogColumn, type CatalogStorage, type CatalogTablePlan, normalLocation } from "./catalog-table.ts";
import { glueError } from "./glue-error.ts";
import { toHiveType } from "./hive-type.ts";
import { type PartitionProjection, toProjectionParameters } from "./partition-projection.ts";

export interface CatalogTableRequest {
  /** A database that is there. Lower case, as all of Glue's names. */
  readonly database: string;
  readonly name: string;
  /** The table's root: `s3://bucket/prefix`. */
  readonly location: string;
  /** All columns in order, those that it is partitioned by included. */
  readonly fields: readonly DeltaField[];
  readonly format: DeltaFormat | ParquetFormat;
  readonly description?: string;
  /** Further parameters; those that say how the table is read are not to be among them. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** A Delta table: the log says what its partitions are. */
export interface DeltaFormat {
  readonly kind: "delta";
}

/** Parquet files without a log, partition by partition. */
export interface ParquetFormat {
  readonly kind: "parquet";
  /** Names of columns, outermost first. */
  readonly partitionBy: readonly string[];
  readonly projection?: PartitionProjection;
}

/** Parameters that say how a table is read. They are the plan's alone: what it does not set is removed. */
const READING_PARAMETERS =
  /^(EXTERNAL|classification|table_type|projection\..*|storage\.location\.template|spark\.sql\..*)$/;

export function saysHowToRead(parameter: string): boolean {
  return READING_PARAMETERS.test(parameter);
}

const PARQUET: Omit<CatalogStorage, "Columns" | "Location"> = {
  InputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
  OutputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
  SerdeInfo: {
    SerializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    Parameters: { "serialization.format": "1" },
  },
};

/**
 * The table that the Glue catalog should have. A Delta table has every column of the log and no partition keys, and is
 * marked both for Athena (`table_type`) and for Spark (`spark.sql.sources.provider`). A Parquet table has its partition
 * columns as keys. Names of columns become lower case, as in all of Glue.
 * @throws GLUE_NAME_INVALID, GLUE_TYPE_UNSUPPORTED, GLUE_PROJECTION_INVALID
 */
export function planCatalogTable(request: CatalogTableRequest): CatalogTablePlan {
  const { database, name, fields, format, description, parameters = {} } = request;
  checkName("database", database);
  checkName("table", name);
  const location = checkLocation(request.location);
  const taken = Object.keys(parameters).filter(saysHowToRead);
  if (taken.length > 0)
    throw glueError(
      "GLUE_NAME_INVALID",
      `The parameters ${taken.join(", ")} of ${database}.${name} say how the table is read and follow from its format. Leave them out.`,
    );
  const columns = toColumns(fields);
  const plan = { database, name, description };
  if (format.kind === "delta") {
    refuseProjection(format);
    return {
      ...plan,
      parameters: { ...parameters, EXTERNAL: "TRUE", table_type: "DELTA", "spark.sql.sources.provider": "delta" },
      partitionKeys: [],
      storage: {
        Columns: columns,
        Location: location,
        SerdeInfo: { Parameters: { "serialization.format": "1", path: location } },
      },
    };
  }
  const keys = format.partitionBy.map((key) => findKey(columns, key));
  const names = keys.map((key) => key.Name);
  const projection = format.projection === undefined ? {} : toProjectionParameters(format.projection, names);
  return {
    ...plan,
    parameters: { ...parameters, EXTERNAL: "TRUE", classification: "parquet", ...projection },
    partitionKeys: keys,
    // A column that is both in the files and a key is refused by Athena: the key wins.
    storage: { Columns: columns.filter((column) => !names.includes(column.Name)), Location: location, ...PARQUET },
  };
}

function toColumns(fields: readonly DeltaField[]): CatalogColumn[] {
  const seen = new Map<string, string>();
  return fields.map((field) => {
    const name = field.name.toLowerCase();
    const other = seen.get(name);
    if (other !== undefined)
      throw glueError(
        "GLUE_NAME_INVALID",
        `The columns ${other} and ${field.name} are one name to Glue, which ignores case.`,
      );
    if (name === "" || Buffer.byteLength(name) > 255)
      throw glueError(
        "GLUE_NAME_INVALID",
        `A column's name has to have 1 to 255 bytes; ${JSON.stringify(name)} has not.`,
      );
    seen.set(name, field.name);
    const { comment } = field.metadata;
    return {
      Name: name,
      Type: toHiveType(field),
      ...(typeof comment === "string" && comment !== "" ? { Comment: comment.slice(0, 255) } : {}),
    };
  });
}

function findKey(columns: readonly CatalogColumn[], key: string): CatalogColumn {
  const found = columns.find((column) => column.Name === key.toLowerCase());
  if (found !== undefined) return found;
  throw glueError(
    "GLUE_NAME_INVALID",
    `There is no column ${key} to partition by. The columns are ${columns.map((column) => column.Name).join(", ")}.`,
  );
}

function checkName(what: string, name: string): void {
  if (name !== "" && Buffer.byteLength(name) <= 255 && name === name.toLowerCase() && /^[^\p{Cc}/]+$/u.test(name))
    return;
  const hint = name === name.toLowerCase() ? "" : ` Write ${name.toLowerCase()}.`;
  throw glueError(
    "GLUE_NAME_INVALID",
    `${JSON.stringify(name)} cannot be a ${what} of Glue. Expected 1 to 255 bytes in lower case, without a slash.${hint}`,
    { details: { [what]: name } },
  );
}

function checkLocation(location: string): string {
  if (/^s3[an]?:\/\/[^/]+(\/|$)/.test(location)) return normalLocation(location);
  throw glueError("GLUE_NAME_INVALID", `${location} is no place for a table of Glue. Expected s3://bucket/prefix.`);
}

/** By value: a definition may come from JSON. */
function refuseProjection(format: DeltaFormat): void {
  if ("projection" in format)
    throw glueError(
      "GLUE_PROJECTION_INVALID",
      "A Delta table takes no partition projection: its log says which partitions there are. Leave it out, or use Parquet.",
    );
}
