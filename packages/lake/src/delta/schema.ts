import type { Field, LandType } from "@snowmelt/core/types";
import { landTypeText } from "@snowmelt/core/types";
import { z } from "zod";
import { lakeError } from "../lake-error.ts";
import { parseExactJson, toExactJson } from "./exact-json.ts";

/** A column of a Delta schema. A nested type is an object, as the protocol writes it. */
export const DeltaField = z.looseObject({
  name: z.string(),
  type: z.union([z.string(), z.looseObject({ type: z.string() })]),
  nullable: z.boolean(),
  metadata: z.custom<Readonly<Record<string, unknown>>>((value) => typeof value === "object").default({}),
});
export type DeltaField = z.infer<typeof DeltaField>;

const DeltaSchema = z.looseObject({ type: z.literal("struct"), fields: z.array(DeltaField) });

/** The columns of a `schemaString`, in order, with their metadata. */
export function parseSchemaString(schemaString: string): readonly DeltaField[] {
  try {
    return DeltaSchema.parse(parseExactJson(schemaString)).fields;
  } catch (cause) {
    throw lakeError("DELTA_LOG_INVALID", `The table's schemaString is not a Delta schema: ${schemaString}`, { cause });
  }
}

export function toSchemaString(fields: readonly DeltaField[]): string {
  return toExactJson({ type: "struct", fields });
}

/** Exact or DELTA_TYPE_UNSUPPORTED, naming the column. Names that differ only by case are refused. */
export function toDeltaFields(fields: readonly Field[]): readonly DeltaField[] {
  checkNames(fields);
  return fields.map(({ name, type, nullable }) => ({
    name,
    type: toDeltaType(name, type),
    nullable,
    metadata: {},
  }));
}

/** The exact type of a column, or undefined for one that we do not write (nested, byte, short, float). */
export function toLandType(type: DeltaField["type"]): LandType | undefined {
  if (typeof type !== "string") return undefined;
  const decimal = /^decimal\((\d+),\s*(-?\d+)\)$/.exec(type);
  if (decimal) return { kind: "decimal", precision: Number(decimal[1]), scale: Number(decimal[2]) };
  return landTypes.get(type);
}

/** The table's columns as we land them; DELTA_TYPE_UNSUPPORTED names the first that we cannot. */
export function toLandFields(fields: readonly DeltaField[]): readonly Field[] {
  return fields.map(({ name, type, nullable }) => {
    const landType = toLandType(type);
    if (landType) return { name, type: landType, nullable };
    throw lakeError(
      "DELTA_TYPE_UNSUPPORTED",
      `Column ${name} has the Delta type ${deltaTypeText(type)}, which is not written here.`,
      {
        details: { column: name, type: deltaTypeText(type) },
      },
    );
  });
}

export function deltaTypeText(type: DeltaField["type"]): string {
  return typeof type === "string" ? type : toExactJson(type);
}

const landTypes: ReadonlyMap<string, LandType> = new Map([
  ["boolean", { kind: "boolean" }],
  ["integer", { kind: "int32" }],
  ["long", { kind: "int64" }],
  ["double", { kind: "float64" }],
  ["date", { kind: "date" }],
  ["string", { kind: "string" }],
  ["binary", { kind: "binary" }],
  ["timestamp", { kind: "timestamp", unit: "us", utc: true }],
  ["timestamp_ntz", { kind: "timestamp", unit: "us", utc: false }],
]);

function toDeltaType(column: string, type: LandType): string {
  if (type.kind === "decimal") return `decimal(${type.precision},${type.scale})`;
  for (const [name, landType] of landTypes) {
    if (landTypeText(landType) === landTypeText(type)) return name;
  }
  throw lakeError(
    "DELTA_TYPE_UNSUPPORTED",
    `Column ${column} is ${landTypeText(type)}, which Delta has no type for. Give it a policy: microseconds for nanoseconds, text or microseconds for a time of day.`,
    { details: { column, type: landTypeText(type) } },
  );
}

function checkNames(fields: readonly Field[]): void {
  const seen = new Map<string, string>();
  for (const { name } of fields) {
    const other = seen.get(name.toLowerCase());
    if (other !== undefined) {
      throw lakeError(
        "DELTA_SCHEMA_INVALID",
        `Columns ${other} and ${name} are one name to Delta, which ignores case. Rename one.`,
        {
          details: { columns: [other, name] },
        },
      );
    }
    if (name === "" || /[ ,;{}()\n\t=]/.test(name)) {
      throw lakeError(
        "DELTA_SCHEMA_INVALID",
        `Column ${JSON.stringify(name)} is empty or holds one of " ,;{}()\\n\\t=", which readers of Delta reject. Rename it.`,
        {
          details: { column: name },
        },
      );
    }
    seen.set(name.toLowerCase(), name);
  }
}
