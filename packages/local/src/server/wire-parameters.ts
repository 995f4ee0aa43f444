import { defaultParameters } from "../sql/settings.ts";

export interface WireParameter {
  readonly name: string;
  readonly value: string | number | boolean;
}

/** Parameters that concern clients alone, by Snowflake's defaults. */
const CLIENT_DEFAULTS: Readonly<Record<string, string | number | boolean>> = {
  ABORT_DETACHED_QUERY: false,
  CLIENT_METADATA_REQUEST_USE_CONNECTION_CTX: false,
  CLIENT_PREFETCH_THREADS: 4,
  CLIENT_RESULT_CHUNK_SIZE: 160,
  CLIENT_RESULT_COLUMN_CASE_INSENSITIVE: false,
  CLIENT_SESSION_KEEP_ALIVE: false,
  CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY: 3600,
  CLIENT_STAGE_ARRAY_BINDING_THRESHOLD: 65_280,
  CLIENT_TELEMETRY_ENABLED: false,
  CLIENT_TIMESTAMP_TYPE_MAPPING: "TIMESTAMP_LTZ",
  GEOGRAPHY_OUTPUT_FORMAT: "GeoJSON",
  GEOMETRY_OUTPUT_FORMAT: "GeoJSON",
  JS_TREAT_INTEGER_AS_BIGINT: false,
  QUERY_CONTEXT_CACHE_SIZE: 5,
};

/** Parameters of SQL that clients must be told: drivers fail on a result whose reply lacks the output formats. */
const SQL_PARAMETERS = [
  "BINARY_OUTPUT_FORMAT",
  "DATE_OUTPUT_FORMAT",
  "TIMEZONE",
  "TIME_OUTPUT_FORMAT",
  "TIMESTAMP_LTZ_OUTPUT_FORMAT",
  "TIMESTAMP_NTZ_OUTPUT_FORMAT",
  "TIMESTAMP_OUTPUT_FORMAT",
  "TIMESTAMP_TYPE_MAPPING",
  "TIMESTAMP_TZ_OUTPUT_FORMAT",
];

const DEFAULTS: Readonly<Record<string, string | number | boolean>> = {
  ...CLIENT_DEFAULTS,
  ...Object.fromEntries(SQL_PARAMETERS.map((name) => [name, defaultParameters()[name] ?? ""])),
};

/** The parameters of a reply: the defaults, under what the session has set, each in the type the default has. */
export function toWireParameters(set: ReadonlyMap<string, string>): readonly WireParameter[] {
  return Object.entries(DEFAULTS).map(([name, value]) => {
    const override = set.get(name);
    return { name, value: override === undefined ? value : toTypeOf(value, override) };
  });
}

/** Parameters as they come in a request body, by upper-case name. */
export function parseParameters(parameters: Readonly<Record<string, unknown>>): Map<string, string> {
  const parsed = new Map<string, string>();
  for (const [name, value] of Object.entries(parameters))
    if (value !== null && value !== undefined) parsed.set(name.toUpperCase(), String(value));
  return parsed;
}

function toTypeOf(sample: string | number | boolean, text: string): string | number | boolean {
  if (typeof sample === "number") return Number(text);
  if (typeof sample === "boolean") return text.toLowerCase() === "true";
  return text;
}
