import { glueError } from "./glue-error.ts";

/**
 * How Athena derives the values of one partition key, so that no partition has to be registered. Spark, Glue and Redshift
 * ignore it.
 */
export type KeyProjection =
  | { readonly kind: "enum"; readonly values: readonly string[] }
  | {
      readonly kind: "integer";
      /** Both ends included. */
      readonly range: readonly [from: bigint, to: bigint];
      /** @default 1n */
      readonly interval?: bigint;
      /** Pads with zeros to this many digits. */
      readonly digits?: number;
    }
  | {
      readonly kind: "date";
      /** Dates in `format`, or `NOW` with an offset such as `NOW-3YEARS`. Both ends included. */
      readonly range: readonly [from: string, to: string];
      /** A Java date pattern such as `yyyy-MM-dd`. */
      readonly format: string;
      readonly interval?: { readonly count: number; readonly unit: DateUnit };
    }
  /** Every query has to say the value by `=`. */
  | { readonly kind: "injected" };

type DateUnit = "YEARS" | "MONTHS" | "WEEKS" | "DAYS" | "HOURS" | "MINUTES" | "SECONDS";

export interface PartitionProjection {
  readonly keys: Readonly<Record<string, KeyProjection>>;
  /** Where a partition is, with `${key}` for each key. @default `key=value` folders below the table */
  readonly locationTemplate?: string;
}

/** The table's parameters that switch projection on. @throws GLUE_PROJECTION_INVALID where Athena would refuse. */
export function toProjectionParameters(
  { keys, locationTemplate }: PartitionProjection,
  partitionKeys: readonly string[],
): Record<string, string> {
  const missing = partitionKeys.filter((key) => !Object.hasOwn(keys, key));
  const unknown = Object.keys(keys).filter((key) => !partitionKeys.includes(key));
  if (partitionKeys.length === 0) throw invalid("The table has no partition keys to project.");
  if (missing.length + unknown.length > 0)
    throw invalid(
      `It must name every partition key and no other: ${[...missing.map((key) => `${key} is missing`), ...unknown.map((key) => `${key} is no partition key`)].join(", ")}.`,
    );
  const template = locationTemplate === undefined ? [] : [checkTemplate(locationTemplate, partitionKeys)];
  return Object.fromEntries([
    ["projection.enabled", "true"],
    ...partitionKeys.flatMap((key) => {
      const projection = keys[key];
      return projection === undefined ? [] : keyParameters(key, projection);
    }),
    ...template.map((location) => ["storage.location.template", location]),
  ]);
}

function keyParameters(key: string, projection: KeyProjection): [string, string][] {
  const all: [string, string][] = [["type", projection.kind], ...settings(key, projection)];
  return all.map(([name, value]) => [`projection.${key}.${name}`, value]);
}

function settings(key: string, projection: KeyProjection): [string, string][] {
  switch (projection.kind) {
    case "injected":
      return [];
    case "enum": {
      const { values } = projection;
      if (values.length === 0) throw invalid(`${key} lists no values.`);
      const torn = values.find((value) => value.includes(","));
      if (torn !== undefined)
        throw invalid(
          `The value ${JSON.stringify(torn)} of ${key} holds a comma, which separates values. Use injected.`,
        );
      return [["values", values.join(",")]];
    }
    case "integer": {
      const { range, interval = 1n, digits } = projection;
      if (range[0] > range[1] || interval < 1n || (digits !== undefined && !(Number.isInteger(digits) && digits >= 1)))
        throw invalid(`${key} has the range ${range.join("..")}, interval ${interval}, digits ${digits ?? "none"}.`);
      return [
        ["range", range.join(",")],
        ["interval", String(interval)],
        ...(digits === undefined ? [] : [["digits", String(digits)] satisfies [string, string]]),
      ];
    }
    case "date": {
      const { range, format, interval } = projection;
      if (format === "" || range.some((end) => end === "" || end.includes(",")))
        throw invalid(`${key} has the range ${JSON.stringify(range)} and the format ${JSON.stringify(format)}.`);
      if (interval !== undefined && !(Number.isInteger(interval.count) && interval.count >= 1))
        throw invalid(`${key} has the interval ${interval.count} ${interval.unit}.`);
      return [
        ["range", range.join(",")],
        ["format", format],
        ...(interval === undefined
          ? []
          : ([
              ["interval", String(interval.count)],
              ["interval.unit", interval.unit],
            ] satisfies [string, string][])),
      ];
    }
    default:
      return projection satisfies never;
  }
}

/**
 * Whether a projection names a partition's value, as it stands in the folder. Of a date that is said where both ends are dates
 * in a format whose order is that of its text. Pure.
 */
export function isProjected(projection: KeyProjection, value: string): boolean {
  switch (projection.kind) {
    case "injected":
      return true;
    case "enum":
      return projection.values.includes(value);
    case "integer": {
      const { range, interval = 1n, digits = 1 } = projection;
      if (!/^-?\d+$/.test(value)) return false;
      const number = BigInt(value);
      const isInRange = number >= range[0] && number <= range[1] && (number - range[0]) % interval === 0n;
      return isInRange && String(number).padStart(digits, "0") === value;
    }
    case "date": {
      const { range, format } = projection;
      const isOrdered = /^yyyy(-MM(-dd)?)?$/.test(format);
      if (!isOrdered) return true;
      if (value.length !== format.length) return false;
      const [from, to] = range.map((end) => (end.startsWith("NOW") ? undefined : end));
      return (from === undefined || value >= from) && (to === undefined || value <= to);
    }
    default:
      return projection satisfies never;
  }
}

function checkTemplate(template: string, partitionKeys: readonly string[]): string {
  const absent = partitionKeys.filter((key) => !template.includes(`\${${key}}`));
  if (absent.length > 0 || !template.startsWith("s3://"))
    throw invalid(
      `The location template ${template} must be an s3:// address that holds ${partitionKeys.map((key) => `\${${key}}`).join(" and ")}.`,
    );
  return template;
}

function invalid(why: string): Error {
  return glueError("GLUE_PROJECTION_INVALID", `The partition projection cannot be used. ${why}`);
}
