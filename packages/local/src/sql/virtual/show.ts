import type { Binder, BoundQuery } from "../bind/binder.ts";
import type { CatalogTable, CatalogView, TableConstraint } from "../catalog/catalog.ts";
import { unknownObject } from "../failures.ts";
import { printPath } from "../quote.ts";
import { defaultParameters, parameterOf } from "../settings.ts";
import type { Show } from "../syntax/statement-tree.ts";
import type { LogicalType } from "../types/logical-type.ts";
import type { Versions } from "../versions.ts";
import { relationOf, type VirtualCell, type VirtualColumn, virtualColumns } from "./rows.ts";
import { bytesSql, rowCountSql } from "./table-facts.ts";

type Listing = readonly [
  columns: readonly VirtualColumn[],
  rows: readonly (readonly VirtualCell[])[],
  nameColumn: number,
];

/** The answer to SHOW: lower-case columns, filtered by LIKE, STARTS WITH and LIMIT. */
export function showRelation(show: Show, binder: Binder, versions: Versions): BoundQuery {
  const [columns, rows, nameColumn] = listing(show, binder, versions);
  const pattern = show.like === null ? null : likePattern(show.like);
  const named = rows.filter((row) => {
    const name = String(row[nameColumn] ?? "");
    if (pattern !== null && !pattern.test(name)) return false;
    return show.startsWith === null || name.startsWith(show.startsWith);
  });
  const from =
    show.fromName === null ? named : named.filter((row) => String(row[nameColumn] ?? "") > (show.fromName ?? ""));
  return relationOf(columns, show.limit === null ? from : from.slice(0, show.limit));
}

/** LIKE of SHOW ignores case. */
function likePattern(like: string): RegExp {
  const body = [...like.replaceAll("\\_", "\0")]
    .map((char) => (char === "%" ? ".*" : char === "_" ? "." : char.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
    .join("");
  return new RegExp(`^${body.replaceAll("\0", "_")}$`, "is");
}

function listing(show: Show, binder: Binder, versions: Versions): Listing {
  switch (show.object) {
    case "TABLES":
      return tables(objectsIn(show, binder).filter((object) => object.kind === "table"));
    case "VIEWS":
      return views(objectsIn(show, binder).filter((object) => object.kind === "view"));
    case "OBJECTS":
      return objects(objectsIn(show, binder));
    case "COLUMNS":
      return showColumns(objectsIn(show, binder));
    case "SCHEMAS":
      return schemas(show, binder);
    case "DATABASES":
      return databases(binder);
    case "WAREHOUSES":
      return warehouses(binder);
    case "PRIMARY KEYS":
    case "UNIQUE KEYS":
      return keys(show, objectsIn(show, binder));
    case "IMPORTED KEYS":
    case "EXPORTED KEYS":
      return foreignKeys(show, binder);
    case "PARAMETERS":
      return parameters(binder);
    case "VARIABLES":
      return variables(binder, versions);
    default:
      return [
        virtualColumns({
          created_on: "moment",
          name: "text",
          database_name: "text",
          schema_name: "text",
          comment: "text",
        }),
        [],
        1,
      ];
  }
}

/** The tables and views in the scope: a table, a schema, a database, the account, or where the session is. */
function objectsIn(show: Show, binder: Binder): readonly (CatalogTable | CatalogView)[] {
  const { catalog, session } = binder;
  const { scope } = show;
  if (scope?.kind === "account") return catalog.objects();
  if (scope?.kind === "table") {
    const found = catalog.find(session, scope.path);
    if (found === null) throw unknownObject(printPath(scope.path));
    return [found];
  }
  if (scope?.kind === "schema") {
    const database = scope.path.length > 1 ? (scope.path[0] ?? "") : (session.database ?? "");
    const schema = scope.path.at(-1) ?? "";
    if (schema !== "INFORMATION_SCHEMA" && !catalog.hasSchema(database, schema))
      throw unknownObject(printPath(scope.path), `Schema '${printPath(scope.path)}'`);
    return catalog.objects(database, schema);
  }
  if (scope?.kind === "database") {
    const database = scope.path.at(-1) ?? "";
    if (!catalog.hasDatabase(database))
      throw unknownObject(printPath(scope.path), `Database '${printPath(scope.path)}'`);
    return catalog.objects(database);
  }
  if (session.database === null) return catalog.objects();
  return session.schema === null
    ? catalog.objects(session.database)
    : catalog.objects(session.database, session.schema);
}

function created(object: { readonly createdMicros: string }): VirtualCell {
  return { micros: BigInt(object.createdMicros) };
}

function tables(list: readonly CatalogTable[]): Listing {
  const columns = virtualColumns({
    created_on: "moment",
    name: "text",
    database_name: "text",
    schema_name: "text",
    kind: "text",
    comment: "text",
    cluster_by: "text",
    rows: "count",
    bytes: "count",
    owner: "text",
    retention_time: "text",
    automatic_clustering: "text",
    change_tracking: "text",
    is_external: "text",
    enable_schema_evolution: "text",
    owner_role_type: "text",
    is_event: "text",
    budget: "text",
    is_hybrid: "text",
    is_iceberg: "text",
    is_dynamic: "text",
    is_immutable: "text",
  });
  const rows = list.map((table): readonly VirtualCell[] => [
    created(table),
    table.name,
    table.database,
    table.schema,
    table.transient ? "TRANSIENT" : "TABLE",
    table.comment ?? "",
    table.clusterBy ?? "",
    { sql: rowCountSql(table) },
    { sql: bytesSql(table) },
    table.owner,
    String(table.retentionDays),
    table.clusterBy === null ? "OFF" : "ON",
    table.changeTracking ? "ON" : "OFF",
    "N",
    "N",
    "ROLE",
    "N",
    null,
    "N",
    "N",
    "N",
    "N",
  ]);
  return [columns, rows, 1];
}

function views(list: readonly CatalogView[]): Listing {
  const columns = virtualColumns({
    created_on: "moment",
    name: "text",
    reserved: "text",
    database_name: "text",
    schema_name: "text",
    owner: "text",
    comment: "text",
    text: "text",
    is_secure: "text",
    is_materialized: "text",
    owner_role_type: "text",
    change_tracking: "text",
  });
  const rows = list.map((view): readonly VirtualCell[] => [
    created(view),
    view.name,
    "",
    view.database,
    view.schema,
    view.owner,
    view.comment ?? "",
    `CREATE VIEW ${printPath([view.name])} AS ${view.text}`,
    "false",
    "false",
    "ROLE",
    "OFF",
  ]);
  return [columns, rows, 1];
}

function objects(list: readonly (CatalogTable | CatalogView)[]): Listing {
  const columns = virtualColumns({
    created_on: "moment",
    name: "text",
    database_name: "text",
    schema_name: "text",
    kind: "text",
    comment: "text",
    cluster_by: "text",
    rows: "count",
    bytes: "count",
    owner: "text",
    retention_time: "text",
    owner_role_type: "text",
  });
  const rows = list.map((object): readonly VirtualCell[] => [
    created(object),
    object.name,
    object.database,
    object.schema,
    object.kind.toUpperCase(),
    object.comment ?? "",
    object.kind === "table" ? (object.clusterBy ?? "") : "",
    object.kind === "table" ? { sql: rowCountSql(object) } : null,
    object.kind === "table" ? { sql: bytesSql(object) } : null,
    object.owner,
    object.kind === "table" ? String(object.retentionDays) : null,
    "ROLE",
  ]);
  return [columns, rows, 1];
}

function showColumns(list: readonly (CatalogTable | CatalogView)[]): Listing {
  const columns = virtualColumns({
    table_name: "text",
    schema_name: "text",
    column_name: "text",
    data_type: "text",
    "null?": "text",
    default: "text",
    kind: "text",
    expression: "text",
    comment: "text",
    database_name: "text",
    autoincrement: "text",
    schema_evolution_record: "text",
  });
  const rows = list.flatMap((object) =>
    object.columns.map((column): readonly VirtualCell[] => {
      const identity =
        "identity" in column && column.identity !== null
          ? `IDENTITY START ${column.identity.start} INCREMENT ${column.identity.increment} NOORDER`
          : "";
      const fallback = "default" in column ? (column.default ?? "") : "";
      return [
        object.name,
        object.schema,
        column.name,
        JSON.stringify(typeDocument(column.type, column.nullable)),
        column.nullable ? "true" : "NOT_NULL",
        fallback,
        "COLUMN",
        "",
        column.comment ?? "",
        object.database,
        identity,
        null,
      ];
    }),
  );
  return [columns, rows, 2];
}

/** The JSON that SHOW COLUMNS prints for a type. */
function typeDocument(type: LogicalType, nullable: boolean): Readonly<Record<string, unknown>> {
  switch (type.kind) {
    case "number":
      return { type: "FIXED", precision: type.precision, scale: type.scale, nullable };
    case "text":
      return {
        type: "TEXT",
        length: type.length,
        byteLength: Math.min(type.length * 4, 16_777_216),
        nullable,
        fixed: false,
      };
    case "binary":
      return { type: "BINARY", length: type.length, byteLength: type.length, nullable, fixed: false };
    case "time":
    case "timestamp_ntz":
    case "timestamp_ltz":
    case "timestamp_tz":
      return { type: type.kind.toUpperCase(), precision: 0, scale: type.scale, nullable };
    case "vector":
      return { type: "VECTOR", vectorElementType: type.element.toUpperCase(), dimension: type.dimension, nullable };
    default:
      return { type: type.kind.toUpperCase(), nullable };
  }
}

function schemas(show: Show, binder: Binder): Listing {
  const columns = virtualColumns({
    created_on: "moment",
    name: "text",
    is_default: "text",
    is_current: "text",
    database_name: "text",
    owner: "text",
    comment: "text",
    options: "text",
    retention_time: "text",
    owner_role_type: "text",
  });
  const database =
    show.scope?.kind === "database"
      ? (show.scope.path.at(-1) ?? "")
      : show.scope?.kind === "account"
        ? undefined
        : (binder.session.database ?? undefined);
  if (database !== undefined && !binder.catalog.hasDatabase(database))
    throw unknownObject(printPath([database]), `Database '${printPath([database])}'`);
  const rows = binder.catalog.schemas(database).map((one): readonly VirtualCell[] => {
    const current = one.database === binder.session.database && one.schema === binder.session.schema;
    return [
      created(one),
      one.schema,
      "N",
      current ? "Y" : "N",
      one.database,
      one.owner,
      one.comment ?? "",
      "",
      "1",
      "ROLE",
    ];
  });
  const described = (database === undefined ? binder.catalog.databases().map((one) => one.database) : [database]).map(
    (one): readonly VirtualCell[] => [
      null,
      "INFORMATION_SCHEMA",
      "N",
      "N",
      one,
      "",
      "Views describing the contents of schemas in this database",
      "",
      "1",
      "",
    ],
  );
  return [columns, [...described, ...rows], 1];
}

function databases(binder: Binder): Listing {
  const columns = virtualColumns({
    created_on: "moment",
    name: "text",
    is_default: "text",
    is_current: "text",
    origin: "text",
    owner: "text",
    comment: "text",
    options: "text",
    retention_time: "text",
    kind: "text",
    budget: "text",
    owner_role_type: "text",
  });
  const rows = binder.catalog
    .databases()
    .map((one): readonly VirtualCell[] => [
      created(one),
      one.database,
      "N",
      one.database === binder.session.database ? "Y" : "N",
      "",
      one.owner,
      one.comment ?? "",
      "",
      "1",
      "STANDARD",
      null,
      "ROLE",
    ]);
  return [columns, rows, 1];
}

function warehouses(binder: Binder): Listing {
  const columns = virtualColumns({
    name: "text",
    state: "text",
    type: "text",
    size: "text",
    running: "count",
    queued: "count",
    is_default: "text",
    is_current: "text",
    auto_suspend: "count",
    auto_resume: "text",
    owner: "text",
    comment: "text",
  });
  const name = binder.session.warehouse;
  return [
    columns,
    name === null
      ? []
      : [[name, "STARTED", "STANDARD", "X-Small", 0, 0, "N", "Y", 600, "true", "SYSADMIN", "the local engine"]],
    0,
  ];
}

function keys(show: Show, list: readonly (CatalogTable | CatalogView)[]): Listing {
  const columns = virtualColumns({
    created_on: "moment",
    database_name: "text",
    schema_name: "text",
    table_name: "text",
    column_name: "text",
    key_sequence: "count",
    constraint_name: "text",
    rely: "text",
    comment: "text",
  });
  const kind: TableConstraint["kind"] = show.object === "PRIMARY KEYS" ? "PRIMARY KEY" : "UNIQUE";
  const rows = list.flatMap((object) =>
    object.kind === "table"
      ? object.constraints
          .filter((one) => one.kind === kind)
          .flatMap((one) =>
            one.columns.map((column, index): readonly VirtualCell[] => [
              created(object),
              object.database,
              object.schema,
              object.name,
              column,
              index + 1,
              one.name,
              "false",
              null,
            ]),
          )
      : [],
  );
  return [columns, rows, 3];
}

function foreignKeys(show: Show, binder: Binder): Listing {
  const columns = virtualColumns({
    created_on: "moment",
    pk_database_name: "text",
    pk_schema_name: "text",
    pk_table_name: "text",
    pk_column_name: "text",
    fk_database_name: "text",
    fk_schema_name: "text",
    fk_table_name: "text",
    fk_column_name: "text",
    key_sequence: "count",
    update_rule: "text",
    delete_rule: "text",
    fk_name: "text",
    pk_name: "text",
    deferrability: "text",
    rely: "text",
    comment: "text",
  });
  const wanted = objectsIn(show, binder);
  const rows = binder.catalog.objects().flatMap((object) => {
    if (object.kind !== "table") return [];
    return object.constraints.flatMap((one) => {
      if (one.references === null) return [];
      const parent = binder.catalog.complete(
        { ...binder.session, database: object.database, schema: object.schema },
        one.references.path,
      );
      const side = show.object === "IMPORTED KEYS" ? [object.database, object.schema, object.name] : parent;
      if (!wanted.some((each) => each.database === side[0] && each.schema === side[1] && each.name === side[2]))
        return [];
      return one.columns.map((column, index): readonly VirtualCell[] => [
        created(object),
        ...parent,
        one.references?.columns[index] ?? null,
        object.database,
        object.schema,
        object.name,
        column,
        index + 1,
        "NO ACTION",
        "NO ACTION",
        one.name,
        null,
        "NOT DEFERRABLE",
        "false",
        null,
      ]);
    });
  });
  return [columns, rows, 7];
}

function parameters(binder: Binder): Listing {
  const columns = virtualColumns({
    key: "text",
    value: "text",
    default: "text",
    level: "text",
    description: "text",
    type: "text",
  });
  const defaults = defaultParameters();
  const names = [...new Set([...Object.keys(defaults), ...binder.session.parameters.keys()])].sort();
  const rows = names.map((name): readonly VirtualCell[] => [
    name,
    parameterOf(binder.session, name),
    defaults[name] ?? "",
    binder.session.parameters.has(name) ? "SESSION" : "",
    "",
    "STRING",
  ]);
  return [columns, rows, 0];
}

function variables(binder: Binder, versions: Versions): Listing {
  const columns = virtualColumns({
    session_id: "text",
    created_on: "moment",
    updated_on: "moment",
    name: "text",
    value: "text",
    type: "text",
    comment: "text",
  });
  const at = { micros: versions.latestStamp() };
  const rows = [...binder.sessionFacts.variables].map(([name, value]): readonly VirtualCell[] => [
    binder.sessionFacts.sessionId,
    at,
    at,
    name,
    value.constant ?? null,
    value.type.kind,
    "",
  ]);
  return [columns, rows, 3];
}
