import type { Field } from "@snowmelt/core/types";
import type { SourceProfile } from "@snowmelt/snowflake";
import type { DatasetResult } from "../manifest.ts";
import { scaled, shown } from "./compare-lake.ts";
import { compared, notChecked } from "./rung-check.ts";
import type { RungCheck } from "./verification.ts";

/** The source, asked again for the run's rows at the run's moment, against what the manifest says that arrived. Pure. */
export function compareManifest(
  source: SourceProfile,
  fields: readonly Field[],
  { counts, columns }: Pick<DatasetResult, "counts" | "columns">,
): RungCheck[] {
  const told = new Map(columns.map((column) => [column.name, column]));
  return [
    compared("source", {
      name: "rows",
      subject: "the run's window",
      expected: `${source.rowCount}`,
      actual: `${counts.extracted}`,
    }),
    ...source.columns.flatMap((asked) => {
      const subject = asked.field;
      const [column, field] = [told.get(subject), fields.find(({ name }) => name === subject)];
      const expected = `${asked.valueCount}`;
      if (!column || !field) {
        const because = "the manifest has no numbers of the column";
        return [notChecked("source", { name: "values", subject, because })];
      }
      const compare = (name: string, wanted: string, found: string | null): RungCheck[] =>
        found === null && wanted !== "NULL"
          ? [notChecked("source", { name, subject, because: "the manifest does not say it" })]
          : [compared("source", { name, subject, expected: wanted, actual: found ?? "NULL" })];
      const scale = field.type.kind === "decimal" ? field.type.scale : 0;
      const hasNan = Number.isNaN(asked.max);
      return [
        ...compare("values", expected, `${column.rows - column.nulls}`),
        ...(asked.min === undefined ? [] : compare("least", shown(field, asked.min), column.min)),
        ...(asked.max === undefined || hasNan ? [] : compare("greatest", shown(field, asked.max), column.max)),
        ...(asked.sum === undefined ? [] : compare("sum", scaled(asked.sum ?? "0", scale), column.sum)),
      ];
    }),
  ];
}

/** The counts of a run against one another. Pure. */
export function checkAccount({ counts, files }: Pick<DatasetResult, "counts" | "files">): RungCheck[] {
  const { extracted, inserted, updated, skippedAsOlder, quarantined, deleted, rowsBefore, rowsAfter } = counts;
  const equal = (name: string, expected: number, actual: number): RungCheck =>
    compared("run", { name, subject: "the manifest", expected: `${expected}`, actual: `${actual}` });
  const inFiles = files.reduce((sum, { rows }) => sum + rows, 0);
  return [
    equal(
      "rows extracted = inserted + updated + skipped as older + quarantined",
      extracted,
      inserted + updated + skippedAsOlder + quarantined,
    ),
    equal("rows after = rows before + inserted - deleted", rowsBefore + inserted - deleted, rowsAfter),
    compared("run", {
      name: "rows written are at least those inserted and updated",
      subject: "the manifest",
      expected: "yes",
      actual: inFiles >= inserted + updated ? "yes" : `no: ${inFiles} rows in files`,
    }),
  ];
}
