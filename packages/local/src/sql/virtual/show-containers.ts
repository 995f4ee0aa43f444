import type { Binder } from "../bind/binder.ts";
import { unknownObject } from "../failures.ts";
import { printPath } from "../quote.ts";
import { defaultParameters, parameterOf } from "../settings.ts";
import type { Show } from "../syntax/statement-tree.ts";
import type { Versions } from "../versions.ts";
import { type VirtualCell, virtualColumns } from "./rows.ts";
import { created, type Listing } from "./show-scope.ts";

export function listSchemas(show: Show, binder: Binder): Listing {
  const columns =
    virtualColumns(`    created_on:moment,     name,     is_default,     is_current,     database_name,     owner,
        comment,     options,     retention_time,     owner_role_type`);
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

export function listDatabases(binder: Binder): Listing {
  const columns =
    virtualColumns(`    created_on:moment,     name,     is_default,     is_current,     origin,     owner,     comment,
        options,     retention_time,     kind,     budget,     owner_role_type`);
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

export function listWarehouses(binder: Binder): Listing {
  const columns =
    virtualColumns(`    name,     state,     type,     size,     running:count,     queued:count,     is_default,
        is_current,     auto_suspend:count,     auto_resume,     owner,     comment`);
  const name = binder.session.warehouse;
  return [
    columns,
    name === null
      ? []
      : [[name, "STARTED", "STANDARD", "X-Small", 0, 0, "N", "Y", 600, "true", "SYSADMIN", "the local engine"]],
    0,
  ];
}

export function listParameters(binder: Binder): Listing {
  const columns = virtualColumns(`    key,     value,     default,     level,     description,     type`);
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

export function listVariables(binder: Binder, versions: Versions): Listing {
  const columns =
    virtualColumns(`    session_id,     created_on:moment,     updated_on:moment,     name,     value,     type,
        comment`);
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
