import type { Field, Value } from "@snowmelt/core/types";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";

/**
 * The rows as hyparquet reads them. Logical types are taken off first, because hyparquet turns decimals and times into
 * lossy JavaScript values; what is compared is the physical values.
 */
export async function readByHyparquet(bytes: Uint8Array, fields: readonly Field[]): Promise<Value[][]> {
  const file = new Uint8Array(bytes).buffer;
  const metadata = parquetMetadata(file);
  for (const element of metadata.schema) {
    delete element.converted_type;
    delete element.logical_type;
  }
  const rows = await parquetReadObjects({ file, metadata, compressors, utf8: false });
  return rows.map((row) => fields.map((field) => fromPhysical(field, row[field.name])));
}

function fromPhysical({ type }: Field, value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (!(value instanceof Uint8Array)) return value as Value;
  if (type.kind === "string") return new TextDecoder("utf-8", { ignoreBOM: true }).decode(value);
  if (type.kind !== "decimal") return new Uint8Array(value);
  return BigInt.asIntN(128, BigInt(`0x${Buffer.from(value).toString("hex")}`));
}
