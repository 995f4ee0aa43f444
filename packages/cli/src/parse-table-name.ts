import type { TableName } from "@snowmelt/snowflake";
import { cliError } from "./cli-error.ts";

const part = `("(?:[^"]|"")+"|[A-Za-z_][A-Za-z0-9_$]*)`;
const path = new RegExp(`^${part}\\.${part}\\.${part}$`);

/** `DB.SCHEMA.TABLE` as Snowflake reads it: a bare name is in upper case, a quoted one exact. */
export function parseTableName(text: string): TableName {
  const [, database, schema, name] = path.exec(text) ?? [];
  if (database === undefined || schema === undefined || name === undefined) {
    throw cliError(
      "USAGE",
      `--table takes DATABASE.SCHEMA.TABLE, with quotes around a name that is not upper case ('DB.PUBLIC."My Table"'), got ${JSON.stringify(text)}.`,
    );
  }
  return { database: exact(database), schema: exact(schema), name: exact(name) };
}

const exact = (name: string): string =>
  name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toUpperCase();
