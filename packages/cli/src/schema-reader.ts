import type { SnowflakeConnection } from "@snowmelt/core/definition";
import type { SourceTable } from "@snowmelt/core/types";
import type { TableName } from "@snowmelt/snowflake";
import type { CliConfig } from "./config.ts";

/** What typegen asks of a source. */
export interface SchemaReader {
  /** The live schemas, in the order asked for. Throws OBJECT_NOT_FOUND. May be repeated. */
  readTables(
    connection: SnowflakeConnection,
    names: readonly TableName[],
    signal: AbortSignal,
  ): Promise<readonly SourceTable[]>;
  /** The committed schema file of these tables. */
  fileText(tables: readonly SourceTable[]): string;
}

/** Reads from Snowflake, with the secrets of this machine. */
export async function openSchemaReader({ variables }: CliConfig): Promise<SchemaReader> {
  const { describeTable, generateSchema, openSnowflake, SnowflakeConfig } = await import("@snowmelt/snowflake");
  const { systemSecrets } = await import("@snowmelt/pipeline");
  return {
    async readTables({ user, ...connection }, names, signal) {
      const config = SnowflakeConfig.parse({ ...connection, ...(user === undefined ? {} : { username: user }) });
      await using session = await openSnowflake(config, { secrets: systemSecrets(variables), signal });
      const tables: SourceTable[] = [];
      for (const name of names) tables.push((await describeTable(session, name, { signal })).table);
      return tables;
    },
    fileText: generateSchema,
  };
}
