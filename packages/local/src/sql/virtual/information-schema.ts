import type { Binder, BoundQuery } from "../bind/binder.ts";
import type { CatalogColumn, CatalogTable, CatalogView } from "../catalog/catalog.ts";
import type { LogicalType } from "../types/logical-type.ts";
import type { Versions } from "../versions.ts";
import { relationOf, type VirtualCell, virtualColumns } from "./rows.ts";
import { bytesSql, lastAltered, rowCountSql } from "./table-facts.ts";

/** A view of INFORMATION_SCHEMA, or null when there is none of that name. */
export function informationSchema(
  binder: Binder,
  versions: Versions,
  database: string,
  name: string,
): BoundQuery | null {
  switch (name) {
    case "TABLES":
      return tables(binder, versions, database);
    case "COLUMNS":
      return columns(binder, database);
    case "SCHEMATA":
      return schemata(binder, database);
    case "VIEWS":
      return views(binder, database);
    case "DATABASES":
      return databases(binder);
    case "TABLE_CONSTRAINTS":
      return constraints(binder, database);
    default:
      return null;
  }
}

function isTransient(object: CatalogTable | CatalogView): VirtualCell {
  return object.kind === "table" ? (object.transient ? "YES" : "NO") : null;
}

function tables(binder: Binder, versions: Versions, database: string): BoundQuery {
  const shape = virtualColumns({
    TABLE_CATALOG: "text",
    TABLE_SCHEMA: "text",
    TABLE_NAME: "text",
    TABLE_OWNER: "text",
    TABLE_TYPE: "text",
    IS_TRANSIENT: "text",
    CLUSTERING_KEY: "text",
    ROW_COUNT: "count",
    BYTES: "count",
    RETENTION_TIME: "count",
    SELF_REFERENCING_COLUMN_NAME: "text",
    REFERENCE_GENERATION: "text",
    USER_DEFINED_TYPE_CATALOG: "text",
    USER_DEFINED_TYPE_SCHEMA: "text",
    USER_DEFINED_TYPE_NAME: "text",
    IS_INSERTABLE_INTO: "text",
    IS_TYPED: "text",
    COMMIT_ACTION: "text",
    CREATED: "moment",
    LAST_ALTERED: "moment",
    LAST_DDL: "moment",
    LAST_DDL_BY: "text",
    AUTO_CLUSTERING_ON: "text",
    COMMENT: "text",
    IS_TEMPORARY: "text",
    IS_ICEBERG: "text",
    IS_DYNAMIC: "text",
    IS_IMMUTABLE: "text",
    IS_HYBRID: "text",
  });
  const rows = binder.catalog.objects(database).map((object): readonly VirtualCell[] => {
    const created = { micros: BigInt(object.createdMicros) };
    const table = object.kind === "table" ? object : null;
    const altered = table === null ? created : { micros: lastAltered(table, versions) };
    return [
      object.database,
      object.schema,
      object.name,
      object.owner,
      table === null ? "VIEW" : "BASE TABLE",
      isTransient(object),
      table?.clusterBy ?? null,
      table === null ? null : { sql: rowCountSql(table) },
      table === null ? null : { sql: bytesSql(table) },
      table?.retentionDays ?? null,
      null,
      null,
      null,
      null,
      null,
      table === null ? "NO" : "YES",
      "YES",
      null,
      created,
      altered,
      created,
      object.owner,
      table?.clusterBy === null || table === null ? "NO" : "YES",
      object.comment,
      "NO",
      "NO",
      "NO",
      "NO",
      "NO",
    ];
  });
  return relationOf(shape, rows);
}

const DATA_TYPES: Readonly<Partial<Record<LogicalType["kind"], string>>> = { real: "FLOAT" };

function dataType(type: LogicalType): string {
  return DATA_TYPES[type.kind] ?? type.kind.toUpperCase();
}

type TypedColumn = Pick<CatalogColumn, "name" | "type" | "nullable" | "comment"> & Partial<CatalogColumn>;

function columns(binder: Binder, database: string): BoundQuery {
  const shape = virtualColumns({
    TABLE_CATALOG: "text",
    TABLE_SCHEMA: "text",
    TABLE_NAME: "text",
    COLUMN_NAME: "text",
    ORDINAL_POSITION: "count",
    COLUMN_DEFAULT: "text",
    IS_NULLABLE: "text",
    DATA_TYPE: "text",
    CHARACTER_MAXIMUM_LENGTH: "count",
    CHARACTER_OCTET_LENGTH: "count",
    NUMERIC_PRECISION: "count",
    NUMERIC_PRECISION_RADIX: "count",
    NUMERIC_SCALE: "count",
    DATETIME_PRECISION: "count",
    INTERVAL_TYPE: "text",
    INTERVAL_PRECISION: "text",
    CHARACTER_SET_CATALOG: "text",
    CHARACTER_SET_SCHEMA: "text",
    CHARACTER_SET_NAME: "text",
    COLLATION_CATALOG: "text",
    COLLATION_SCHEMA: "text",
    COLLATION_NAME: "text",
    DOMAIN_CATALOG: "text",
    DOMAIN_SCHEMA: "text",
    DOMAIN_NAME: "text",
    UDT_CATALOG: "text",
    UDT_SCHEMA: "text",
    UDT_NAME: "text",
    SCOPE_CATALOG: "text",
    SCOPE_SCHEMA: "text",
    SCOPE_NAME: "text",
    MAXIMUM_CARDINALITY: "text",
    DTD_IDENTIFIER: "text",
    IS_SELF_REFERENCING: "text",
    IS_IDENTITY: "text",
    IDENTITY_GENERATION: "text",
    IDENTITY_START: "text",
    IDENTITY_INCREMENT: "text",
    IDENTITY_MAXIMUM: "text",
    IDENTITY_MINIMUM: "text",
    IDENTITY_CYCLE: "text",
    IDENTITY_ORDERED: "text",
    DATA_TYPE_ALIAS: "text",
    SCHEMA_EVOLUTION_RECORD: "text",
    COMMENT: "text",
  });
  const rows = binder.catalog
    .objects(database)
    .flatMap((object) => object.columns.map((column: TypedColumn, index) => columnRow(object, column, index)));
  return relationOf(shape, rows);
}

function columnRow(object: CatalogTable | CatalogView, column: TypedColumn, index: number): readonly VirtualCell[] {
  const { type } = column;
  const identity = column.identity ?? null;
  const length = type.kind === "text" || type.kind === "binary" ? type.length : null;
  const octets = type.kind === "text" ? Math.min(type.length * 4, 16_777_216) : length;
  const precision = type.kind === "number" ? type.precision : null;
  const fraction = type.kind === "date" ? 0 : type.kind !== "number" && "scale" in type ? type.scale : null;
  const blank = (count: number) => Array.from({ length: count }, () => null);
  return [
    object.database,
    object.schema,
    object.name,
    column.name,
    index + 1,
    column.default ?? null,
    column.nullable ? "YES" : "NO",
    dataType(type),
    length,
    octets,
    precision,
    precision === null ? null : 10,
    type.kind === "number" ? type.scale : null,
    fraction,
    ...blank(19),
    "NO",
    identity === null ? "NO" : "YES",
    identity === null ? null : "BY DEFAULT",
    identity === null ? null : String(identity.start),
    identity === null ? null : String(identity.increment),
    null,
    null,
    identity === null ? null : "NO",
    identity === null ? null : "NO",
    null,
    null,
    column.comment,
  ];
}

function schemata(binder: Binder, database: string): BoundQuery {
  const shape = virtualColumns({
    CATALOG_NAME: "text",
    SCHEMA_NAME: "text",
    SCHEMA_OWNER: "text",
    IS_TRANSIENT: "text",
    IS_MANAGED_ACCESS: "text",
    RETENTION_TIME: "count",
    DEFAULT_CHARACTER_SET_CATALOG: "text",
    DEFAULT_CHARACTER_SET_SCHEMA: "text",
    DEFAULT_CHARACTER_SET_NAME: "text",
    SQL_PATH: "text",
    CREATED: "moment",
    LAST_ALTERED: "moment",
    COMMENT: "text",
  });
  const rows = binder.catalog.schemas(database).map((schema): readonly VirtualCell[] => {
    const created = { micros: BigInt(schema.createdMicros) };
    return [
      database,
      schema.schema,
      schema.owner,
      "NO",
      "NO",
      1,
      null,
      null,
      null,
      null,
      created,
      created,
      schema.comment,
    ];
  });
  const built: readonly VirtualCell[] = [
    database,
    "INFORMATION_SCHEMA",
    "",
    "NO",
    "NO",
    1,
    null,
    null,
    null,
    null,
    null,
    null,
    "Views describing the contents of schemas in this database",
  ];
  return relationOf(shape, [...rows, built]);
}

function views(binder: Binder, database: string): BoundQuery {
  const shape = virtualColumns({
    TABLE_CATALOG: "text",
    TABLE_SCHEMA: "text",
    TABLE_NAME: "text",
    TABLE_OWNER: "text",
    VIEW_DEFINITION: "text",
    CHECK_OPTION: "text",
    IS_UPDATABLE: "text",
    INSERTABLE_INTO: "text",
    IS_SECURE: "text",
    CREATED: "moment",
    LAST_ALTERED: "moment",
    COMMENT: "text",
  });
  const rows = binder.catalog.objects(database).flatMap((object): readonly (readonly VirtualCell[])[] => {
    if (object.kind !== "view") return [];
    const created = { micros: BigInt(object.createdMicros) };
    return [
      [
        database,
        object.schema,
        object.name,
        object.owner,
        object.text,
        "NONE",
        "NO",
        "NO",
        "NO",
        created,
        created,
        object.comment,
      ],
    ];
  });
  return relationOf(shape, rows);
}

function databases(binder: Binder): BoundQuery {
  const shape = virtualColumns({
    DATABASE_NAME: "text",
    DATABASE_OWNER: "text",
    IS_TRANSIENT: "text",
    COMMENT: "text",
    CREATED: "moment",
    LAST_ALTERED: "moment",
    RETENTION_TIME: "count",
    TYPE: "text",
  });
  const rows = binder.catalog.databases().map((entry): readonly VirtualCell[] => {
    const created = { micros: BigInt(entry.createdMicros) };
    return [entry.database, entry.owner, "NO", entry.comment, created, created, 1, "STANDARD"];
  });
  return relationOf(shape, rows);
}

function constraints(binder: Binder, database: string): BoundQuery {
  const shape = virtualColumns({
    CONSTRAINT_CATALOG: "text",
    CONSTRAINT_SCHEMA: "text",
    CONSTRAINT_NAME: "text",
    TABLE_CATALOG: "text",
    TABLE_SCHEMA: "text",
    TABLE_NAME: "text",
    CONSTRAINT_TYPE: "text",
    IS_DEFERRABLE: "text",
    INITIALLY_DEFERRED: "text",
    ENFORCED: "text",
    COMMENT: "text",
    CREATED: "moment",
    LAST_ALTERED: "moment",
    RELY: "text",
  });
  const rows = binder.catalog.objects(database).flatMap((object) => {
    if (object.kind !== "table") return [];
    const created = { micros: BigInt(object.createdMicros) };
    return object.constraints.map((one): readonly VirtualCell[] => [
      database,
      object.schema,
      one.name,
      database,
      object.schema,
      object.name,
      one.kind,
      "NO",
      "YES",
      "NO",
      null,
      created,
      created,
      "NO",
    ]);
  });
  return relationOf(shape, rows);
}
