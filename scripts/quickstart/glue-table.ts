import type { AwsEmulators } from "@snowmelt/local/aws";

interface CatalogTable {
  readonly Parameters: Readonly<Record<string, string>>;
  readonly StorageDescriptor: {
    readonly Location: string;
    readonly Columns: readonly { readonly Name: string; readonly Type: string }[];
  };
}

/** What a reader that looks into the catalog sees, in words. */
export async function glueTableText({ endpoint }: AwsEmulators, database: string, table: string): Promise<string> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSGlue.GetTable" },
    body: JSON.stringify({ DatabaseName: database, Name: table }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`Glue does not have the table ${database}.${table}: ${text}`);
  const { Table } = JSON.parse(text) as { readonly Table: CatalogTable };
  const { Location, Columns } = Table.StorageDescriptor;
  const width = Math.max(...Columns.map(({ Name }) => Name.length));
  return [
    `Glue has ${database}.${table} (${Table.Parameters.table_type}) at ${Location}`,
    ...Columns.map(({ Name, Type }) => `  ${Name.padEnd(width)}  ${Type}`),
    "",
  ].join("\n");
}
