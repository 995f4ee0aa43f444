import { isSnowmeltError } from "@snowmelt/core/errors";
import { type CatalogTablePlan, normalLocation } from "../glue/catalog-table.ts";
import type { GlueCatalog } from "../glue/glue-calls.ts";
import { type Check, check } from "./check.ts";

type Found = NonNullable<Awaited<ReturnType<GlueCatalog["getTable"]>>["Table"]>;

/** Compares the catalog's table with the one it should have. Writes nothing; may be repeated. */
export async function verifyCatalogTable(
  glue: Pick<GlueCatalog, "getTable">,
  plan: CatalogTablePlan,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly Check[]> {
  const { database, name } = plan;
  const found = await glue.getTable({ DatabaseName: database, Name: name }, signal).then(
    ({ Table }) => Table,
    (error: unknown) => {
      if (isSnowmeltError(error, "GLUE_ENTITY_MISSING")) return undefined;
      throw error;
    },
  );
  return compareCatalogTable(found, plan);
}

/** Pure: there at all, at the place, with the columns, the partition keys and the marks that tell engines how to read it. */
export function compareCatalogTable(found: Found | undefined, plan: CatalogTablePlan): readonly Check[] {
  const subject = `${plan.database}.${plan.name}`;
  const isThere = check("table", subject, { expected: "a table", actual: found ? "a table" : "no such table" });
  if (!found) return [isThere];
  const { StorageDescriptor: storage, PartitionKeys, Parameters = {} } = found;
  const marks = Object.keys(plan.parameters).sort();
  return [
    isThere,
    check("location", subject, {
      expected: plan.storage.Location,
      actual: normalLocation(storage?.Location ?? ""),
    }),
    ...compareColumns(subject, plan.storage.Columns, storage?.Columns ?? []),
    check("partition keys", subject, {
      expected: columnsText(plan.partitionKeys),
      actual: columnsText(PartitionKeys ?? []),
    }),
    check("how it is read", subject, {
      expected: marks.map((mark) => `${mark}=${plan.parameters[mark]}`).join(", "),
      actual: marks.map((mark) => `${mark}=${Parameters[mark] ?? "not set"}`).join(", "),
    }),
  ];
}

interface Column {
  readonly Name?: string | undefined;
  readonly Type?: string | undefined;
}

/** All columns as one check; of those that differ one each, as a wide table has many. */
function compareColumns(subject: string, wanted: readonly Column[], found: readonly Column[]): Check[] {
  const names = [...new Set([...wanted, ...found].map(nameOf))];
  const differing = names.flatMap((name) => {
    const [expected, actual] = [wanted, found].map((columns) => columns.find((one) => nameOf(one) === name)?.Type);
    if (expected === actual) return [];
    return [
      check("columns", `${subject}, column ${name}`, {
        expected: expected ?? "no such column",
        actual: actual ?? "no such column",
      }),
    ];
  });
  const inOrder = (columns: readonly Column[]): string => columns.map(nameOf).join(", ");
  const isSame = differing.length === 0 && inOrder(wanted) === inOrder(found);
  return [
    check("columns", subject, {
      expected: `${wanted.length} columns, as in the log`,
      actual: isSame ? `${wanted.length} columns, as in the log` : `${found.length} columns: ${inOrder(found)}`,
    }),
    ...differing,
  ];
}

const nameOf = ({ Name = "" }: Column): string => Name.toLowerCase();

const columnsText = (columns: readonly Column[]): string =>
  columns.length === 0 ? "none" : columns.map((column) => `${nameOf(column)} ${column.Type ?? ""}`).join(", ");
