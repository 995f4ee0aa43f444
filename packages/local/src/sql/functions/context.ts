import { compilationError } from "../failures.ts";
import { cast } from "../types/cast.ts";
import { printSeconds } from "../types/clock-text.ts";
import { BOOLEAN, DATE, TEXT, TIME, TIMESTAMP_LTZ, TIMESTAMP_NTZ } from "../types/logical-type.ts";
import { toLocal } from "../types/moment.ts";
import { nullOf, type Typed, textLiteral, typed } from "../types/typed.ts";
import type { BoundCall, FunctionRule, FunctionTable } from "./rule.ts";
import { at, scalar } from "./rule.ts";

/** The statement's moment as UTC seconds. */
function nowSql(call: BoundCall): string {
  return `CAST('${printSeconds(call.binder.nowMicros * 1000n)}' AS DECIMAL(38,9))`;
}

const now: FunctionRule = scalar(0, 1, (args, call) => {
  const scale = args[0]?.constant === undefined ? 9 : Number(args[0].constant);
  return {
    ...cast(typed(nowSql(call), TIMESTAMP_LTZ, false), { kind: "timestamp_ltz", scale }, call.mode),
    nullable: false,
  };
});

function fact(read: (call: BoundCall) => string | null): FunctionRule {
  return scalar(0, 1, (_, call) => {
    const value = read(call);
    return value === null ? nullOf(TEXT) : { ...textLiteral(value), type: TEXT };
  });
}

const lastQueryId: FunctionRule = scalar(0, 1, (args, call) => {
  const { lastQueryIds } = call.binder.sessionFacts;
  const place = Number(args[0]?.constant ?? "-1");
  const id = place < 0 ? lastQueryIds.at(place) : lastQueryIds[place - 1];
  return id === undefined ? nullOf(TEXT) : { ...textLiteral(id), type: TEXT };
});

const localNow = (build: (local: string) => string, type: Typed["type"]): FunctionRule =>
  scalar(0, 1, (_, call) => typed(build(toLocal(nowSql(call), call.mode.session)), type, false));

const VERSION = "9.40.0";

/** Session, clock and system functions. */
export const CONTEXT_FUNCTIONS: FunctionTable = {
  CURRENT_TIMESTAMP: now,
  LOCALTIMESTAMP: now,
  GETDATE: now,
  SYSTIMESTAMP: now,
  SYSDATE: scalar(0, 0, (_, call) => typed(nowSql(call), TIMESTAMP_NTZ, false)),
  CURRENT_DATE: localNow((local) => `sf_date_of(${local})`, DATE),
  CURRENT_TIME: localNow((local) => `sf_time_of(${local})`, TIME),
  LOCALTIME: localNow((local) => `sf_time_of(${local})`, TIME),
  CURRENT_DATABASE: fact((call) => call.binder.session.database),
  CURRENT_SCHEMA: fact((call) => call.binder.session.schema),
  CURRENT_SCHEMAS: fact((call) => JSON.stringify([`${call.binder.session.database}.${call.binder.session.schema}`])),
  CURRENT_WAREHOUSE: fact((call) => call.binder.session.warehouse),
  CURRENT_ROLE: fact((call) => call.binder.session.role),
  CURRENT_SECONDARY_ROLES: fact(() => '{"roles":"","value":""}'),
  CURRENT_USER: fact((call) => call.binder.session.user),
  CURRENT_ACCOUNT: fact(() => "LOCAL"),
  CURRENT_ACCOUNT_NAME: fact(() => "LOCAL"),
  CURRENT_ORGANIZATION_NAME: fact(() => "SNOWMELT"),
  CURRENT_REGION: fact(() => "LOCAL"),
  CURRENT_VERSION: fact(() => VERSION),
  CURRENT_CLIENT: fact(() => "snowmelt-local"),
  CURRENT_SESSION: fact((call) => call.binder.sessionFacts.sessionId),
  CURRENT_STATEMENT: fact((call) => call.binder.sql),
  CURRENT_TRANSACTION: fact(() => null),
  CURRENT_IP_ADDRESS: fact(() => "127.0.0.1"),
  CURRENT_AVAILABLE_ROLES: fact((call) => JSON.stringify([call.binder.session.role ?? "PUBLIC"])),
  IS_ROLE_IN_SESSION: scalar(1, 1, (args, call) =>
    typed(at(args, 0).constant === call.binder.session.role ? "TRUE" : "FALSE", BOOLEAN, false),
  ),
  LAST_QUERY_ID: lastQueryId,
  SYSTEM$TYPEOF: scalar(1, 1, (args) => textLiteral(systemType(at(args, 0)))),
  SYSTEM$WAIT: scalar(1, 2, () => {
    throw compilationError("SYSTEM$WAIT must be the only thing a statement does", "000002");
  }),
};

function systemType(value: Typed): string {
  const { type } = value;
  if (type.kind === "number")
    return `NUMBER(${type.precision},${type.scale})[${type.precision > 18 ? "SB16" : type.precision > 9 ? "SB8" : "SB4"}]`;
  if (type.kind === "text") return `VARCHAR(${type.length})[LOB]`;
  return `${type.kind.toUpperCase()}${"scale" in type ? `(${type.scale})` : ""}[LOB]`;
}
