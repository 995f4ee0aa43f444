import { unsupported } from "../failures.ts";
import { parseColumn, parseConstraint, parseSqlText, startsConstraint } from "./column-definition.ts";
import {
  accept,
  type Cursor,
  expect,
  expectName,
  expectPath,
  expectString,
  listOf,
  peek,
  sees,
  unexpected,
} from "./cursor.ts";
import { parseDataType } from "./data-type.ts";
import { parseOptionValue } from "./dml.ts";
import { parseAlterIntegration, parseAlterStage } from "./stage.ts";
import type {
  AlterAction,
  ConstraintDefinition,
  RenameOrComment,
  SessionSetting,
  Statement,
} from "./statement-tree.ts";
import { type MutableOptions, parseClusterBy, parseTableOption } from "./table-option.ts";

/** Reads what follows ALTER. */
export function parseAlter(cursor: Cursor): Statement {
  if (accept(cursor, "SESSION")) return parseAlterSession(cursor);
  if (accept(cursor, "STAGE")) return parseAlterStage(cursor);
  if (accept(cursor, "STORAGE", "INTEGRATION") || accept(cursor, "INTEGRATION")) return parseAlterIntegration(cursor);
  const object = (["TABLE", "SCHEMA", "DATABASE", "VIEW"] as const).find((word) => accept(cursor, word));
  if (object === undefined) throw unsupported(`ALTER ${peek(cursor).value}`);
  const ifExists = accept(cursor, "IF", "EXISTS");
  const path = expectPath(cursor);
  if (object === "TABLE") return { kind: "alterTable", path, ifExists, action: parseTableAction(cursor) };
  const action = parseRenameOrComment(cursor);
  if (action === null) throw unsupported(`ALTER ${object} ... ${peek(cursor).value}`);
  return { kind: "alterOther", object, path, action, ifExists };
}

function parseRenameOrComment(cursor: Cursor): RenameOrComment | null {
  if (accept(cursor, "RENAME", "TO")) return { kind: "rename", to: expectPath(cursor) };
  if (accept(cursor, "SET", "COMMENT", "=")) return { kind: "comment", comment: expectString(cursor) };
  return accept(cursor, "UNSET", "COMMENT") ? { kind: "comment", comment: null } : null;
}

function parseTableAction(cursor: Cursor): AlterAction {
  const shared = parseRenameOrComment(cursor);
  if (shared !== null) return shared;
  if (accept(cursor, "SWAP", "WITH")) return { kind: "swap", path: expectPath(cursor) };
  if (accept(cursor, "CLUSTER", "BY")) return { kind: "clusterBy", text: parseClusterBy(cursor) };
  if (accept(cursor, "DROP", "CLUSTERING", "KEY")) return { kind: "clusterBy", text: null };
  if (accept(cursor, "RENAME", "COLUMN")) {
    const from = expectName(cursor);
    expect(cursor, "TO");
    return { kind: "renameColumn", from, to: expectName(cursor) };
  }
  if (accept(cursor, "ADD")) return parseAdd(cursor);
  if (accept(cursor, "DROP")) return parseDropColumns(cursor);
  if (accept(cursor, "ALTER") || accept(cursor, "MODIFY")) return parseColumnChange(cursor);
  if (accept(cursor, "SET")) {
    const options: MutableOptions = {};
    parseTableOption(cursor, options);
    return {
      kind: "options",
      options: {
        comment: options.comment ?? null,
        clusterBy: null,
        retentionDays: options.retentionDays ?? null,
        changeTracking: options.changeTracking ?? null,
      },
    };
  }
  throw unsupported(`ALTER TABLE ... ${peek(cursor).value}`);
}

function parseAdd(cursor: Cursor): AlterAction {
  if (startsConstraint(cursor)) return { kind: "addConstraint", constraint: parseConstraint(cursor) };
  accept(cursor, "COLUMN");
  const ifNotExists = accept(cursor, "IF", "NOT", "EXISTS");
  const constraints: ConstraintDefinition[] = [];
  const columns = listOf(cursor, (inner) => {
    accept(inner, "COLUMN");
    return parseColumn(inner, constraints);
  });
  if (constraints.length > 0) throw unsupported("a constraint beside an added column");
  return { kind: "addColumns", columns, ifNotExists };
}

function parseDropColumns(cursor: Cursor): AlterAction {
  if (startsConstraint(cursor)) throw unsupported("ALTER TABLE ... DROP CONSTRAINT");
  accept(cursor, "COLUMN");
  const ifExists = accept(cursor, "IF", "EXISTS");
  return { kind: "dropColumns", names: listOf(cursor, expectName), ifExists };
}

function parseColumnChange(cursor: Cursor): AlterAction {
  accept(cursor, "COLUMN");
  const name = expectName(cursor);
  if (accept(cursor, "COMMENT")) return { kind: "columnComment", name, comment: expectString(cursor) };
  if (accept(cursor, "DROP", "NOT", "NULL")) return { kind: "columnNullable", name, nullable: true };
  if (accept(cursor, "DROP", "DEFAULT")) return { kind: "columnDefault", name, default: null };
  if (accept(cursor, "SET", "DEFAULT")) return { kind: "columnDefault", name, default: parseSqlText(cursor) };
  if (accept(cursor, "SET", "NOT", "NULL") || accept(cursor, "NOT", "NULL"))
    return { kind: "columnNullable", name, nullable: false };
  if (accept(cursor, "SET")) expect(cursor, "DATA");
  else if (sees(cursor, "UNSET")) throw unexpected(cursor);
  accept(cursor, "TYPE");
  return { kind: "columnType", name, type: parseDataType(cursor) };
}

function parseAlterSession(cursor: Cursor): Statement {
  if (accept(cursor, "UNSET")) return { kind: "alterSession", set: [], unset: listOf(cursor, expectName) };
  expect(cursor, "SET");
  const set: SessionSetting[] = [];
  do {
    const name = expectName(cursor);
    expect(cursor, "=");
    const sign = accept(cursor, "-") ? "-" : "";
    set.push({ name, value: `${sign}${parseOptionValue(cursor)}` });
    accept(cursor, ",");
  } while (peek(cursor).kind === "word");
  return { kind: "alterSession", set, unset: [] };
}
