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
  const shape =
    virtualColumns(`    TABLE_CATALOG,     TABLE_SCHEMA,     TABLE_NAME,     TABLE_OWNER,     TABLE_TYPE,     IS_TRANSIENT,
        CLUSTERING_KEY,     ROW_COUNT:count,     BYTES:count,     RETENTION_TIME:count,
        SELF_REFERENCING_COLUMN_NAME,     REFERENCE_GENERATION,     USER_DEFINED_TYPE_CATALOG,
        USER_DEFINED_TYPE_SCHEMA,     USER_DEFINED_TYPE_NAME,     IS_INSERTABLE_INTO,     IS_TYPED,
        COMMIT_ACTION,     CREATED:moment,     LAST_ALTERED:moment,     LAST_DDL:moment,     LAST_DDL_BY,
        AUTO_CLUSTERING_ON,     COMMENT,     IS_TEMPORARY,     IS_ICEBERG,     IS_DYNAMIC,
        IS_IMMUTABLE,     IS_HYBRID`);
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
  const shape =
    virtualColumns(`    TABLE_CATALOG,     TABLE_SCHEMA,     TABLE_NAME,     COLUMN_NAME,     ORDINAL_POSITION:count,
        COLUMN_DEFAULT,     IS_NULLABLE,     DATA_TYPE,     CHARACTER_MAXIMUM_LENGTH:count,
        CHARACTER_OCTET_LENGTH:count,     NUMERIC_PRECISION:count,     NUMERIC_PRECISION_RADIX:count,
        NUMERIC_SCALE:count,     DATETIME_PRECISION:count,     INTERVAL_TYPE,     INTERVAL_PRECISION,
        CHARACTER_SET_CATALOG,     CHARACTER_SET_SCHEMA,     CHARACTER_SET_NAME,     COLLATION_CATALOG,
        COLLATION_SCHEMA,     COLLATION_NAME,     DOMAIN_CATALOG,     DOMAIN_SCHEMA,     DOMAIN_NAME,
        UDT_CATALOG,     UDT_SCHEMA,     UDT_NAME,     SCOPE_CATALOG,     SCOPE_SCHEMA,     SCOPE_NAME,
        MAXIMUM_CARDINALITY,     DTD_IDENTIFIER,     IS_SELF_REFERENCING,     IS_IDENTITY,
        IDENTITY_GENERATION,     IDENTITY_START,     IDENTITY_INCREMENT,     IDENTITY_MAXIMUM,
        IDENTITY_MINIMUM,     IDENTITY_CYCLE,     IDENTITY_ORDERED,     DATA_TYPE_ALIAS,
        SCHEMA_EVOLUTION_RECORD,     COMMENT`);
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
  const shape =
    virtualColumns(`    CATALOG_NAME,     SCHEMA_NAME,     SCHEMA_OWNER,     IS_TRANSIENT,     IS_MANAGED_ACCESS,
        RETENTION_TIME:count,     DEFAULT_CHARACTER_SET_CATALOG,     DEFAULT_CHARACTER_SET_SCHEMA,
        DEFAULT_CHARACTER_SET_NAME,     SQL_PATH,     CREATED:moment,     LAST_ALTERED:moment,     COMMENT`);
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
  const shape =
    virtualColumns(`    TABLE_CATALOG,     TABLE_SCHEMA,     TABLE_NAME,     TABLE_OWNER,     VIEW_DEFINITION,
        CHECK_OPTION,     IS_UPDATABLE,     INSERTABLE_INTO,     IS_SECURE,     CREATED:moment,
        LAST_ALTERED:moment,     COMMENT`);
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
  const shape =
    virtualColumns(`    DATABASE_NAME,     DATABASE_OWNER,     IS_TRANSIENT,     COMMENT,     CREATED:moment,
        LAST_ALTERED:moment,     RETENTION_TIME:count,     TYPE`);
  const rows = binder.catalog.databases().map((entry): readonly VirtualCell[] => {
    const created = { micros: BigInt(entry.createdMicros) };
    return [entry.database, entry.owner, "NO", entry.comment, created, created, 1, "STANDARD"];
  });
  return relationOf(shape, rows);
}

function constraints(binder: Binder, database: string): BoundQuery {
  const shape = virtualColumns(`    CONSTRAINT_CATALOG,     CONSTRAINT_SCHEMA,     CONSTRAINT_NAME,     TABLE_CATALOG,
        TABLE_SCHEMA,     TABLE_NAME,     CONSTRAINT_TYPE,     IS_DEFERRABLE,     INITIALLY_DEFERRED,
        ENFORCED,     COMMENT,     CREATED:moment,     LAST_ALTERED:moment,     RELY`);
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
