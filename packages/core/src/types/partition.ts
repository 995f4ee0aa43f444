import { z } from "zod";
import { coreError } from "../errors/index.ts";
import type { Field } from "./column-batch.ts";
import { type LandType, landTypeText } from "./land-type.ts";

export const PartitionKind = z.enum(["identity", "year", "month", "day", "hour"]);
export type PartitionKind = z.infer<typeof PartitionKind>;

/**
 * How a partition value follows from a column's value; docs/definition.md has the table. A NULL gives NULL. Dates and
 * TIMESTAMP_NTZ are taken as the wall clock they show, TIMESTAMP_LTZ and TIMESTAMP_TZ as the instant in UTC.
 */
export interface PartitionTransform<C extends string = string> {
  readonly kind: PartitionKind;
  readonly column: C;
}

/** The type of the derived column; `identity` partitions by the column itself. Text sorts as time does. */
const derivedTypes: Readonly<Record<Exclude<PartitionKind, "identity">, LandType>> = {
  year: { kind: "int32" },
  month: { kind: "string" },
  day: { kind: "date" },
  hour: { kind: "string" },
};

const acceptedKinds: Readonly<Record<PartitionKind, readonly LandType["kind"][]>> = {
  identity: ["boolean", "int32", "int64", "decimal", "date", "string"],
  year: ["date", "timestamp"],
  month: ["date", "timestamp"],
  day: ["date", "timestamp"],
  hour: ["timestamp"],
};

/** `DATE_month` for `month("DATE")`, `ORIGIN` for `identity("ORIGIN")`; the column's case is kept. */
export function partitionFieldName(transform: PartitionTransform): string {
  return transform.kind === "identity" ? transform.column : `${transform.column}_${transform.kind}`;
}

/**
 * The field a transform partitions by: the column itself, or the derived column. Throws DEFINITION_INVALID when the column
 * is not there, its type does not go with the transform, or the derived name is taken (ignoring case).
 */
export function partitionField(transform: PartitionTransform, fields: readonly Field[]): Field {
  const { kind, column } = transform;
  const what = `${kind}(${JSON.stringify(column)})`;
  const source = fields.find((field) => field.name === column);
  if (!source) {
    const known = fields.map((field) => field.name).join(", ");
    throw coreError("DEFINITION_INVALID", `Cannot partition by ${what}: there is no such column. Columns: ${known}.`);
  }
  const accepted = acceptedKinds[kind];
  if (!accepted.includes(source.type.kind)) {
    throw coreError(
      "DEFINITION_INVALID",
      `Cannot partition by ${what}: expected a column of ${accepted.join(", ")}, but it lands as ${landTypeText(source.type)}.`,
    );
  }
  if (kind === "identity") return source;
  const name = partitionFieldName(transform);
  const taken = fields.find((field) => field.name.toLowerCase() === name.toLowerCase());
  if (taken) {
    throw coreError(
      "DEFINITION_INVALID",
      `Cannot partition by ${what}: it derives the column ${name}, but the source has ${taken.name} already (names are compared ignoring case).`,
    );
  }
  return { name, type: derivedTypes[kind], nullable: source.nullable };
}
