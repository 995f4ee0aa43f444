import { ByteSize, Duration, durationMs } from "@snowmelt/core/types";
import type { DeltaTable } from "@snowmelt/lake/delta";
import type { PlainTable } from "@snowmelt/lake/plain";
import { InvalidArgumentError } from "commander";
import type { CliContext } from "../cli-context.ts";
import { cliError } from "../cli-error.ts";
import type { LakeEngine, OpenedTable } from "../lake-engine.ts";

export const tableArgument = ["<table>", "folder of the table, file://… or s3://bucket/prefix"] as const;

/** Options that name a state of a table. */
export interface PointOptions {
  readonly version?: number;
  readonly asOf?: Date;
}

export const pointOf = ({ version, asOf }: PointOptions) => ({
  ...(version === undefined ? {} : { version }),
  ...(asOf === undefined ? {} : { asOf }),
});

export async function openTableOf(
  address: string,
  { loadLake, cwd, signal }: CliContext,
): Promise<OpenedTable & { readonly lake: LakeEngine }> {
  const lake = await loadLake();
  return { lake, ...(await lake.openTable(address, cwd, signal)) };
}

/** For what is done to Delta tables alone. */
export async function openDeltaTableOf(
  address: string,
  context: CliContext,
): Promise<OpenedTable & { readonly lake: LakeEngine; readonly table: DeltaTable }> {
  const { table, ...opened } = await openTableOf(address, context);
  if (!isPlain(table)) return { table, ...opened };
  throw cliError(
    "TABLE_KIND",
    `${address} is a plain Parquet table, and this is done to Delta tables. A run of its pipeline replaces its rows; snowmelt table, verify and vacuum know it.`,
  );
}

export const isPlain = (table: OpenedTable["table"]): table is PlainTable => "kind" in table;

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("Expected a whole number from 0.");
}

export function moment(text: string): Date {
  const date = new Date(text);
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(date.getTime())) return date;
  throw new InvalidArgumentError("Expected a moment such as 2026-11-23T12:00:00Z.");
}

export function durationText(text: string): number {
  const parsed = Duration.safeParse(text);
  if (parsed.success) return durationMs(parsed.data);
  throw new InvalidArgumentError('Expected a duration such as "7 days" or "36 hours".');
}

export function sizeText(text: string): number {
  const parsed = ByteSize.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('Expected a size such as "128 MB".');
}

/** `NAME=value`, gathered by name. A name given twice is refused, for one of the two would be forgotten. */
export function namedValue(text: string, previous: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Expected NAME=value, such as ID=42.");
  const name = text.slice(0, at);
  if (Object.hasOwn(previous, name)) throw new InvalidArgumentError(`${name} is given twice.`);
  return { ...previous, [name]: text.slice(at + 1) };
}
