import type { AwsEmulators } from "@snowmelt/local/aws";

interface CatalogTable {
  readonly Parameters: Readonly<Record<string, string>>;
  readonly StorageDescriptor: {
    readonly Location: string;
    readonly Columns: readonly { readonly Name: string; readonly Type: string }[];
  };
}

/** Makes the database of a zone, as Terraform does in an account. May be repeated. */
export async function ensureDatabase(aws: AwsEmulators, name: string): Promise<void> {
  const { status, text } = await askGlue(aws, "CreateDatabase", { DatabaseInput: { Name: name } });
  if (status !== 200 && !text.includes("AlreadyExists"))
    throw new Error(`Glue did not make the database ${name}: ${text}`);
}

/** What a reader that looks into the catalog sees, in words. */
export async function glueTableText(aws: AwsEmulators, database: string, table: string): Promise<string> {
  const { status, text } = await askGlue(aws, "GetTable", { DatabaseName: database, Name: table });
  if (status !== 200) throw new Error(`Glue does not have the table ${database}.${table}: ${text}`);
  const { Table } = JSON.parse(text) as { readonly Table: CatalogTable };
  const { Location, Columns } = Table.StorageDescriptor;
  const width = Math.max(...Columns.map(({ Name }) => Name.length));
  return [
    `Glue has ${database}.${table} (${Table.Parameters.table_type}) at ${Location}`,
    ...Columns.map(({ Name, Type }) => `  ${Name.padEnd(width)}  ${Type}`),
    "",
  ].join("\n");
}

async function askGlue(
  { endpoint }: AwsEmulators,
  operation: string,
  input: object,
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": `AWSGlue.${operation}` },
    body: JSON.stringify(input),
  });
  return { status: response.status, text: await response.text() };
}
