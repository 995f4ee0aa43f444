import type { SnowflakeType } from "@snowmelt/core/types";

const wallClock = 'YYYY-MM-DD"T"HH24:MI:SS.FF9';

/**
 * The SQL that turns a column of a type into the one text form the decoder reads, exact and independent of the session's
 * output formats. Everything becomes text on the server, because the driver's own conversions lose digits, and throw where
 * nobody can catch. NULL stays NULL; a JSON null inside VARIANT is the text `null`.
 */
export function cellExpression(column: string, type: SnowflakeType): string {
  switch (type.kind) {
    case "number":
    case "decfloat":
    case "boolean":
      return `TO_VARCHAR(${column})`;
    case "float":
      return floatExpression(column);
    case "text":
      return column;
    case "binary":
      return `HEX_ENCODE(${column})`;
    case "date":
      return `TO_VARCHAR(${column}, 'YYYY-MM-DD')`;
    case "time":
      return `TO_VARCHAR(${column}, 'HH24:MI:SS.FF9')`;
    case "timestamp_ntz":
      return `TO_VARCHAR(${column}, '${wallClock}')`;
    case "timestamp_ltz":
      return `TO_VARCHAR(CONVERT_TIMEZONE('UTC', ${column})::TIMESTAMP_NTZ, '${wallClock}"Z"')`;
    case "timestamp_tz":
      return `TO_VARCHAR(${column}, '${wallClock}TZH:TZM')`;
    case "variant":
      return `TO_JSON(${column})`;
    case "object":
    case "array":
    case "map":
      return `TO_JSON(${column}::VARIANT)`;
    case "vector":
      return `TO_JSON(TO_ARRAY(${column}))`;
    case "geography":
    case "geometry":
      return `TO_JSON(ST_ASGEOJSON(${column}))`;
    default:
      return type satisfies never;
  }
}

/**
 * How many digits TME writes is documented nowhere. Where reading its text back gives another double, the difference follows
 * after a space: it is a few units in the last place, which any number of digits tells, so that the sum is exact. A text too
 * large to read back comes alone, and the decoder refuses it.
 */
function floatExpression(column: string): string {
  const text = `TO_VARCHAR(${column}, 'TME')`;
  const back = `TRY_TO_DOUBLE(${text})`;
  const rest = `TO_VARCHAR(${column} - ${back}, 'TME')`;
  return `NVL(IFF(${back} = ${column}, ${text}, ${text} || ' ' || ${rest}), ${text})`;
}
