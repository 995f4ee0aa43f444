/** A named stage of Snowflake, by its exact names. */
export interface LakeStage {
  readonly database: string;
  readonly schema: string;
  readonly name: string;
}

const part = `("(?:[^"]|"")+"|[A-Za-z_][A-Za-z0-9_$]*)`;
const path = new RegExp(`^${part}\\.${part}\\.${part}$`);

/** `DATABASE.SCHEMA.STAGE` as Snowflake reads it: a bare name is in upper case, a quoted one exact. Undefined for anything else. */
export function parseStageName(text: string): LakeStage | undefined {
  const [, database, schema, name] = path.exec(text) ?? [];
  if (database === undefined || schema === undefined || name === undefined) return undefined;
  return { database: exact(database), schema: exact(schema), name: exact(name) };
}

const exact = (name: string): string =>
  name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toUpperCase();
