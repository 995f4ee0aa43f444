import { writeFile } from "node:fs/promises";
import {
  type ExecutedStatement,
  SqlFailure,
  type SqlSession,
  type StatementRequest,
  type WireColumn,
} from "../engine.ts";
import { toFingerprint } from "../server/auth-jwt.ts";
import { LocalUser } from "../server/config.ts";
import type { ServerEngine } from "../server/server-engine.ts";
import { compilationError, objectExists, unknownObject } from "../sql/failures.ts";
import { printIdentifier } from "../sql/quote.ts";
import { STATEMENT_TYPE } from "../sql/run/statement-type.ts";
import { setProperties, unsetProperties } from "./user-properties.ts";
import { parseUserStatement, type UserStatement } from "./user-statement.ts";
import type { UserStore } from "./user-store.ts";

/**
 * An engine that also runs CREATE, ALTER, DROP and DESCRIBE USER: users are the account's, not the database's. Which role
 * may change which user is not checked: a server for one's own machine has no grants.
 */
export function withUsers(engine: ServerEngine, users: UserStore): ServerEngine {
  return {
    ...engine,
    async describe(session, request) {
      const statement = parseUserStatement(request.sqlText);
      if (statement === undefined) return engine.describe(session, request);
      const { columns, statementTypeId } = shapeOf(statement);
      return { columns: columns.map(textColumn), statementTypeId };
    },
    async execute(session, request) {
      const statement = parseUserStatement(request.sqlText);
      return statement === undefined ? engine.execute(session, request) : run(statement, { users, session, request });
    },
  };
}

interface UserContext {
  readonly users: UserStore;
  readonly session: SqlSession;
  readonly request: StatementRequest;
}

type Rows = readonly (readonly string[])[];

async function run(statement: UserStatement, context: UserContext): Promise<ExecutedStatement> {
  const rows = await answer(statement, context);
  const { columns, statementTypeId } = shapeOf(statement);
  return {
    statementTypeId,
    columns: columns.map(textColumn),
    rowCount: rows.length,
    writeJsonRows: (path) => writeFile(path, rows.map((row) => `${JSON.stringify(row)},\n`).join("")),
    [Symbol.asyncDispose]: async () => {},
  };
}

async function answer(statement: UserStatement, { users, request }: UserContext): Promise<Rows> {
  const { name } = statement;
  const known = users.find(name);
  const shown = printIdentifier(name);
  request.signal.throwIfAborted();
  switch (statement.kind) {
    case "createUser": {
      if (known !== undefined && statement.ifNotExists) return [[`${shown} already exists, statement succeeded.`]];
      if (known !== undefined && !statement.orReplace) throw objectExists(shown);
      await users.put(checked(setProperties(LocalUser.parse({ name }), statement.set), users));
      return [[`User ${shown} successfully created.`]];
    }
    case "alterUser": {
      if (known === undefined && statement.ifExists) return [["Statement executed successfully."]];
      if (known === undefined) throw missing(shown);
      await users.put(checked(unsetProperties(setProperties(known, statement.set), statement.unset), users));
      return [["Statement executed successfully."]];
    }
    case "dropUser":
      if (known === undefined && !statement.ifExists) throw missing(shown);
      if (known !== undefined) await users.remove(name);
      return [[known === undefined ? "Drop statement executed successfully." : `${shown} successfully dropped.`]];
    case "describeUser":
      if (known === undefined) throw missing(shown);
      return describeUser(known);
    default:
      return statement satisfies never;
  }
}

/** One identity logs in as one user: which of two it meant, nobody could say. */
function checked(user: LocalUser, users: UserStore): LocalUser {
  const others = users.list().filter(({ name }) => name.toUpperCase() !== user.name.toUpperCase());
  const taken = user.awsArns.find((arn) => others.some(({ awsArns }) => awsArns.includes(arn)));
  if (taken === undefined) return user;
  throw compilationError(`The workload identity ${taken} is linked to another user.`, "394704");
}

const missing = (shown: string): SqlFailure => {
  const { message } = unknownObject(shown, "Object", "User");
  return new SqlFailure("002003", "02000", message);
};

const NOT_SET = "null";

/** The properties that a client has use for. What is not set is the word null, as Snowflake has it. */
function describeUser({ name, defaultRole, publicKeys, password }: LocalUser): Rows {
  const [first = "", second = ""] = publicKeys;
  const fingerprint = (pem: string) => (pem === "" ? NOT_SET : toFingerprint(pem));
  return [
    ["NAME", name, NOT_SET, "Name"],
    ["LOGIN_NAME", name.toUpperCase(), NOT_SET, "Login name of the user"],
    ["PASSWORD", password === undefined ? NOT_SET : "********", NOT_SET, "Password of the user"],
    ["DEFAULT_ROLE", defaultRole, NOT_SET, "Primary principal of user session will be set to this role"],
    ["RSA_PUBLIC_KEY_FP", fingerprint(first), NOT_SET, "Fingerprint of user's RSA public key."],
    ["RSA_PUBLIC_KEY_2_FP", fingerprint(second), NOT_SET, "Fingerprint of user's second RSA public key."],
  ];
}

const shapeOf = ({ kind }: UserStatement) =>
  kind === "describeUser"
    ? { columns: ["property", "value", "default", "description"], statementTypeId: STATEMENT_TYPE.describe }
    : { columns: ["status"], statementTypeId: STATEMENT_TYPE.ddl };

const textColumn = (name: string): WireColumn => ({
  name,
  type: "text",
  nullable: true,
  precision: null,
  scale: null,
  length: 16_777_216,
  byteLength: 16_777_216,
});
