import type { SourceTable } from "@snowmelt/core/types";

/**
 * The committed schema file of some tables: one `sourceTable` each, sorted by name, the same text for the same schema.
 * Exported names are the tables' own, made into identifiers; tables that would share one are told apart by schema, then
 * database.
 */
export function generateSchema(tables: readonly SourceTable[]): string {
  const named = nameExports([...tables].sort(byPath));
  const blocks = named.map(({ exportName, table }) => renderTable(exportName, table));
  return `${header}\n\n${blocks.join("\n\n")}\n`;
}

const header = [
  "// Written by `snowmelt typegen` from the live schema. Commit it: the live schema is compared with it.",
  'import { sourceTable } from "@snowmelt/core/types";',
].join("\n");

function renderTable(exportName: string, { kind, database, schema, name, columns }: SourceTable): string {
  return [
    `export const ${exportName} = sourceTable({`,
    `  kind: ${JSON.stringify(kind)},`,
    `  database: ${JSON.stringify(database)},`,
    `  schema: ${JSON.stringify(schema)},`,
    `  name: ${JSON.stringify(name)},`,
    "  columns: [",
    ...columns.map(([column, type]) => `    [${JSON.stringify(column)}, ${JSON.stringify(type)}],`),
    "  ],",
    "});",
  ].join("\n");
}

function nameExports(tables: readonly SourceTable[]): { exportName: string; table: SourceTable }[] {
  const forms: ((table: SourceTable) => string)[] = [
    ({ name }) => identifier(name),
    ({ schema, name }) => identifier(`${schema}_${name}`),
    ({ database, schema, name }) => identifier(`${database}_${schema}_${name}`),
  ];
  const taken = new Set<string>();
  return tables.map((table) => {
    const form = forms.find((candidate) => {
      const same = tables.filter((other) => candidate(other) === candidate(table));
      return same.length === 1 && !taken.has(candidate(table));
    });
    const base = form?.(table) ?? identifier(`${table.database}_${table.schema}_${table.name}`);
    let exportName = base;
    for (let suffix = 2; taken.has(exportName); suffix++) exportName = `${base}_${suffix}`;
    taken.add(exportName);
    return { exportName, table };
  });
}

const reserved = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends false " +
    "finally for function if implements import in instanceof interface let new null package private protected public return " +
    "sourceTable static super switch this throw true try typeof undefined var void while with yield"
  ).split(" "),
);

function identifier(name: string): string {
  const clean = name.replace(/[^\p{ID_Continue}$]/gu, "_");
  return /^[\p{ID_Start}_$]/u.test(clean) && !reserved.has(clean) ? clean : `_${clean}`;
}

const byPath = (a: SourceTable, b: SourceTable): number => {
  const [left, right] = [pathOf(a), pathOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
};
const pathOf = ({ database, schema, name }: SourceTable): string => [name, schema, database].join("\0");
