import type { Binder, BoundQuery } from "../bind/binder.ts";
import { unknownObject } from "../failures.ts";
import { printPath } from "../quote.ts";
import { printType } from "../types/logical-type.ts";
import { relationOf, type VirtualCell, virtualColumns } from "./rows.ts";

/** DESCRIBE TABLE and DESCRIBE VIEW. */
export function describeRelation(path: readonly string[], binder: Binder): BoundQuery {
  const object = binder.catalog.find(binder.session, path);
  if (object === null) throw unknownObject(printPath(path), `Table '${printPath(path)}'`);
  const columns =
    virtualColumns(`    name,     type,     kind, null?,     default, primary key, unique key,     check,     expression,
        comment, policy name, privacy domain`);
  const keyed = (kind: string, name: string) =>
    object.kind === "table" && object.constraints.some((one) => one.kind === kind && one.columns.includes(name))
      ? "Y"
      : "N";
  const rows = object.columns.map((column): readonly VirtualCell[] => {
    const identity =
      "identity" in column && column.identity !== null
        ? `IDENTITY START ${column.identity.start} INCREMENT ${column.identity.increment}`
        : null;
    const fallback = identity ?? ("default" in column ? column.default : null);
    return [
      column.name,
      printType(column.type),
      "COLUMN",
      column.nullable ? "Y" : "N",
      fallback,
      keyed("PRIMARY KEY", column.name),
      keyed("UNIQUE", column.name),
      null,
      null,
      column.comment,
      null,
      null,
    ];
  });
  return relationOf(columns, rows);
}
