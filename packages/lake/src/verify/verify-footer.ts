import type { Field, Value } from "@snowmelt/core/types";
import type { LandedFile } from "../land/landed-file.ts";
import type { ColumnSummary, FooterColumn, FooterSummary } from "../parquet/index.ts";
import { toStatsJson } from "../stats/index.ts";
import { valueText } from "../value-text/value-text.ts";
import { type Check, check } from "./check.ts";

/** Compares a footer, as it was read back, with what was said of the file when it was landed. Pure. */
export function checkFooter(
  file: LandedFile,
  footer: FooterSummary,
  { fields, alwaysIndexed }: { readonly fields: readonly Field[]; readonly alwaysIndexed: readonly string[] },
): readonly Check[] {
  const read = file.summary.columns.map((landed) => {
    const found = footer.columns.find(({ name }) => name === landed.name);
    return { landed, found, type: fields.find(({ name }) => name === landed.name)?.type };
  });
  const nullCounts = read.map(
    ({ landed, found }) => [landed, String(landed.nullCount), String(found?.nullCount)] as const,
  );
  const bounds = read.map(({ landed, found, type }) => {
    // A footer has no bounds where a row group is all NaN.
    if (!found || !type || landed.nanCount > 0) return [landed, "", ""] as const;
    return [landed, boundsText(type, landed), boundsText(type, found)] as const;
  });
  const stats = toStatsJson({ rowCount: footer.rowCount, columns: read.map(toSummary) }, fields, alwaysIndexed);
  return [
    check("rows", file.path, { expected: `${file.rowCount}`, actual: `${footer.rowCount}` }),
    check("size", file.path, { expected: `${file.bytes}`, actual: `${footer.bytes}` }),
    check("null counts", file.path, firstDifference(nullCounts)),
    check("bounds", file.path, firstDifference(bounds)),
    check("delta statistics", file.path, { expected: stats, actual: file.stats }),
  ];
}

function boundsText(type: Field["type"], bounds: Pick<ColumnSummary | FooterColumn, "min" | "max">): string {
  return `${valueText(type, toBound(bounds.min))} to ${valueText(type, toBound(bounds.max))}`;
}

/** Both zeros are one bound; a footer says -0 for the lower and 0 for the upper. */
const toBound = (value: Value | undefined): Value => (value === 0 ? 0 : (value ?? null));

function toSummary({ landed, found }: { landed: ColumnSummary; found: FooterColumn | undefined }): ColumnSummary {
  const { name, nanCount } = landed;
  const { nullCount = -1, min = null, max = null, isMinExact = false, isMaxExact = false } = found ?? {};
  return { name, nanCount, nullCount, min, max, isMinExact, isMaxExact };
}

function firstDifference(compared: readonly (readonly [{ readonly name: string }, string, string])[]): {
  readonly expected: string;
  readonly actual: string;
} {
  const found = compared.find(([, expected, actual]) => expected !== actual);
  const same = `${compared.length} columns as landed`;
  if (!found) return { expected: same, actual: same };
  const [{ name }, expected, actual] = found;
  return { expected: `${name}: ${expected}`, actual: `${name}: ${actual}` };
}
