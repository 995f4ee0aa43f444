import { SqlFailure } from "../engine.ts";

/** A place in the statement, for Snowflake's "error line 1 at position 7". */
export interface SourcePlace {
  readonly line: number;
  readonly column: number;
}

export function syntaxError(place: SourcePlace, found: string): SqlFailure {
  return new SqlFailure(
    "001003",
    "42000",
    `SQL compilation error:\nsyntax error line ${place.line} at position ${place.column} unexpected '${found}'.`,
  );
}

export function invalidIdentifier(place: SourcePlace, name: string): SqlFailure {
  return new SqlFailure(
    "000904",
    "42000",
    `SQL compilation error: error line ${place.line} at position ${place.column}\ninvalid identifier '${name}'`,
  );
}

export function ambiguousColumn(place: SourcePlace, name: string): SqlFailure {
  return new SqlFailure(
    "002029",
    "42601",
    `SQL compilation error: error line ${place.line} at position ${place.column}\nambiguous column name '${name}'`,
  );
}

export function unknownFunction(name: string): SqlFailure {
  return new SqlFailure("002140", "42601", `SQL compilation error:\nUnknown function ${name}`);
}

export function wrongArguments(name: string, detail: string): SqlFailure {
  return new SqlFailure("000938", "22023", `SQL compilation error:\n${detail} for function ${name}`);
}

/** `what` is the word that the message calls the object by. */
export function unknownObject(name: string, kind = "Object", what = "Object"): SqlFailure {
  return new SqlFailure(
    kind === "Object" ? "002003" : "002043",
    "02000",
    kind === "Object"
      ? `SQL compilation error:\n${what} '${name}' does not exist or not authorized.`
      : `SQL compilation error:\n${kind} does not exist, or operation cannot be performed.`,
  );
}

export function objectExists(name: string): SqlFailure {
  return new SqlFailure("002002", "42710", `SQL compilation error:\nObject '${name}' already exists.`);
}

export function noCurrentDatabase(): SqlFailure {
  return new SqlFailure(
    "090105",
    "22000",
    "Cannot perform operation. This session does not have a current database. Call 'USE DATABASE', or use a qualified name.",
  );
}

export function noCurrentSchema(): SqlFailure {
  return new SqlFailure(
    "090106",
    "22000",
    "Cannot perform operation. This session does not have a current schema. Call 'USE SCHEMA', or use a qualified name.",
  );
}

/** A statement or option of Snowflake that this engine does not run: refused, never answered approximately. */
export function unsupported(feature: string): SqlFailure {
  return new SqlFailure("000002", "0A000", `Unsupported feature '${feature}'.`);
}

/** Any other refusal while the statement is compiled. */
export function compilationError(message: string, code = "001044", sqlState = "42000"): SqlFailure {
  return new SqlFailure(code, sqlState, `SQL compilation error:\n${message}`);
}

export function timeTravelUnavailable(name: string): SqlFailure {
  return new SqlFailure(
    "000707",
    "02000",
    `Time travel data is not available for table ${name}. The requested time is either beyond the allowed time travel period or before the object creation time.`,
  );
}

export function changesUnavailable(name: string): SqlFailure {
  return new SqlFailure(
    "000707",
    "02000",
    `Change tracking is not enabled or has been missing for the time range requested on table '${name}'.`,
  );
}

export function statementCancelled(): SqlFailure {
  return new SqlFailure("000604", "57014", "SQL execution canceled");
}
