/** Run-time refusals travel through DuckDB's `error()` as `SF|code|sqlState|message` (`run/duckdb-failure.ts` reads them). */
export const FAILURE_MACROS = [
  "sf_fail(code, state, message) AS error('SF|' || code || '|' || state || '|' || message)",
  "sf_bad_number(x) AS CASE WHEN x IS NOT NULL THEN sf_fail('100038', '22018', 'Numeric value ''' || x || ''' is not recognized') END",
  "sf_bad_float(x) AS CASE WHEN x IS NOT NULL THEN sf_fail('100038', '22018', 'Numeric value ''' || x || ''' is not recognized') END",
  "sf_bad_boolean(x) AS CASE WHEN x IS NOT NULL THEN sf_fail('100037', '22018', 'Boolean value ''' || x || ''' is not recognized') END",
  "sf_bad_date(x) AS CASE WHEN x IS NOT NULL THEN sf_fail('100040', '22007', 'Date ''' || x || ''' is not recognized') END",
  "sf_bad_time(x) AS CASE WHEN x IS NOT NULL THEN sf_fail('100108', '22007', 'Time ''' || x || ''' is not recognized') END",
  "sf_bad_timestamp(x) AS CASE WHEN x IS NOT NULL THEN sf_fail('100035', '22007', 'Timestamp ''' || x || ''' is not recognized') END",
  "sf_bad_json(x) AS CASE WHEN x IS NOT NULL THEN sf_fail('100069', '22P02', 'Error parsing JSON: ' || left(x, 200)) END",
  "sf_bad_hex(x) AS CASE WHEN x IS NOT NULL THEN sf_fail('100115', '22000', 'The following string is not a legal hex-encoded value: ''' || left(x, 200) || '''') END",
  "sf_out_of_range(x) AS CASE WHEN x IS NOT NULL THEN sf_fail('100039', '22003', 'Numeric value ''' || CAST(x AS VARCHAR) || ''' is out of range') END",
  "sf_bad_variant(x, target) AS CASE WHEN x IS NOT NULL THEN sf_fail('100071', '22000', 'Failed to cast variant value ' || left(x, 200) || ' to ' || target) END",
  "sf_too_long(x) AS sf_fail('100078', '22000', 'String ''' || left(x, 200) || ''' is too long and would be truncated')",
] as const;
