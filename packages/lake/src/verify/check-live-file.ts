import { compareValues, type Field, type Value, valueText } from "@snowmelt/core/types";
import { parseStats } from "../stats/index.ts";
import { type Check, check } from "./check.ts";
import { type ColumnFacts, checkStatistics, footerFacts } from "./check-statistics.ts";
import type { InspectedFile } from "./inspect-file.ts";

/** A file as it was held against its entry in the log. */
export interface CheckedFile {
  /** Which comparisons were made of it. */
  readonly compared: readonly string[];
  /** Those that did not agree. */
  readonly failed: readonly Check[];
  /** Comparisons that could not be made, though the file is there. */
  readonly notChecked: readonly { readonly name: string; readonly because: string }[];
}

/**
 * Compares a file with what the log says of it, and its values with its footer where they were decoded. `sha256` is what
 * was written down when it was written. What follows from an earlier difference is not told again. Pure.
 */
export function checkLiveFile(
  file: InspectedFile,
  { fields, sha256 }: { readonly fields: readonly Field[]; readonly sha256?: string | undefined },
): CheckedFile {
  const { path, add, sizeBytes, footer, damage } = file;
  const compared = ["file"];
  const failed: Check[] = [];
  const notChecked: CheckedFile["notChecked"][number][] = [];
  const compare = (name: string, expected: string, actual: string): boolean => {
    if (!compared.includes(name)) compared.push(name);
    const made = check(name, path, { expected, actual });
    if (!made.passed) failed.push(made);
    return made.passed;
  };
  const done = { compared, failed, notChecked };
  if (sizeBytes === undefined) {
    failed.push(check("file", path, { expected: `a file of ${add.size} bytes`, actual: "no such file" }));
    return done;
  }
  compare("size", `${add.size} bytes`, `${sizeBytes} bytes`);
  if (file.sha256 !== undefined) {
    if (sha256 === undefined) notChecked.push({ name: "sha256", because: "no record of a run has its sha256" });
    else compare("sha256", sha256, file.sha256);
  }
  if (!footer) {
    compare("footer", "a readable footer", damage?.message ?? "no footer");
    return done;
  }
  compared.push("footer");
  compare("columns", ...columnTexts(file, fields));
  const rows = parseStats(add.stats, [])?.numRecords;
  if (rows === undefined) notChecked.push({ name: "rows", because: "the log has no statistics of the file" });
  else if (!compare("rows", `${footer.rowCount} rows in the footer`, `${rows} rows in the footer`)) return done;
  const facts = footerFacts(footer, fields);
  const statistics = checkStatistics(add, { by: "footer", rowCount: footer.rowCount, columns: facts }, fields);
  compared.push("statistics");
  failed.push(...statistics);
  if (damage) compare("values", "values that can be decoded", damage.message);
  else if (file.profiles) {
    compared.push("values");
    failed.push(
      ...checkValues(file, facts, fields),
      ...(statistics.length > 0 ? [] : statisticsOfValues(file, fields)),
    );
  }
  return done;
}

/** Stored columns by name and type; one that the file is older than is NULL, which NOT NULL forbids. */
function columnTexts(
  { add, footer }: InspectedFile,
  fields: readonly Field[],
): readonly [expected: string, actual: string] {
  for (const { name, type, nullable } of fields) {
    if (Object.hasOwn(add.partitionValues, name)) continue;
    const found = footer?.columns.find((column) => column.name === name);
    const wanted = JSON.stringify(type);
    if (!found) {
      if (!nullable) return [`${name}: NOT NULL`, `${name}: no such column in the file`];
    } else if (found.type && !isReadAs(found.type, type))
      return [`${name}: ${wanted}`, `${name}: ${JSON.stringify(found.type)}`];
  }
  const same = `${fields.length} columns`;
  return [same, same];
}

/** Narrower integers and floats of other writers are read widened. */
function isReadAs(found: Field["type"], wanted: Field["type"]): boolean {
  if (JSON.stringify(found) === JSON.stringify(wanted)) return true;
  if (found.kind === "timestamp" && wanted.kind === "timestamp") return found.utc === wanted.utc;
  return found.kind === "int32" && wanted.kind === "int64";
}

/** The decoded values against the footer. */
function checkValues(file: InspectedFile, facts: readonly ColumnFacts[], fields: readonly Field[]): Check[] {
  return fields.flatMap((field, index) => {
    const told = facts.find(({ name }) => name === field.name);
    const profile = file.profiles?.[index];
    if (!told || !profile || Object.hasOwn(file.add.partitionValues, field.name)) return [];
    const subject = `${file.path}, column ${field.name}`;
    const found: Check[] = [];
    const compare = (expected: string, actual: string): void => {
      const made = check("values", subject, { expected, actual });
      if (!made.passed) found.push(made);
    };
    if (told.nullCount !== undefined)
      compare(`${told.nullCount} NULL by the footer`, `${profile.nullCount} NULL by the footer`);
    const bound = (name: string, value: Value | undefined, isExact: boolean, actual: Value): void => {
      if (value === undefined || !isExact || profile.nanCount > 0 || compareValues(value, actual) === 0) return;
      compare(
        `${name} ${valueText(field.type, value)} by the footer`,
        `${name} ${valueText(field.type, actual)} by the footer`,
      );
    };
    bound("least", told.min, told.isMinExact, profile.min);
    bound("greatest", told.max, told.isMaxExact, profile.max);
    return found;
  });
}

/** The log's statistics against the decoded values: bounds that footers do not have are compared here alone. */
function statisticsOfValues({ add, footer, profiles = [] }: InspectedFile, fields: readonly Field[]): readonly Check[] {
  const columns = profiles.map(({ name, nullCount, min, max }) => ({
    name,
    nullCount,
    min,
    max,
    isMinExact: true,
    isMaxExact: true,
  }));
  return checkStatistics(add, { by: "values", rowCount: footer?.rowCount ?? 0, columns }, fields);
}
