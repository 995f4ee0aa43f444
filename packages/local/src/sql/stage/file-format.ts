import { compilationError, unsupported } from "../failures.ts";
import type { Property } from "../syntax/property.ts";
import { flagValue, invalidProperty, textValue, wordValue } from "./property-value.ts";

const TYPES = ["CSV", "JSON", "AVRO", "ORC", "PARQUET", "XML"] as const;

/** Options of Parquet that concern loading alone. */
const FOR_LOADING = new Set([
  "BINARY_AS_TEXT",
  "USE_LOGICAL_TYPE",
  "USE_VECTORIZED_SCANNER",
  "TRIM_SPACE",
  "REPLACE_INVALID_CHARACTERS",
  "NULL_IF",
]);

/** The options of `FILE_FORMAT = (...)` by name, TYPE among them. Formats other than Parquet are kept as they are. */
export function planFileFormat(properties: readonly Property[]): Readonly<Record<string, string>> {
  const format: Record<string, string> = {};
  for (const property of properties) {
    if (property.name === "FORMAT_NAME") throw unsupported("FORMAT_NAME");
    if (property.value.kind === "scalar") format[property.name] = textValue(property);
    if (property.name === "TYPE") format.TYPE = wordValue(property, TYPES);
  }
  if (properties.length > 0 && format.TYPE === undefined)
    throw compilationError("missing required option TYPE in FILE_FORMAT", "001003");
  if (format.TYPE === "PARQUET") checkParquet(properties, format);
  return format;
}

function checkParquet(properties: readonly Property[], format: Record<string, string>): void {
  for (const property of properties) {
    const { name } = property;
    if (name === "TYPE" || FOR_LOADING.has(name)) continue;
    if (name === "COMPRESSION") format.COMPRESSION = wordValue(property, ["AUTO", "SNAPPY", "LZO", "NONE"]);
    else if (name === "SNAPPY_COMPRESSION") format.COMPRESSION ??= flagValue(property) ? "SNAPPY" : "NONE";
    else throw invalidProperty(name, "PARQUET");
  }
}
