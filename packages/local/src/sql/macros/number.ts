export const NUMBER_MACROS = [
  // The guard keeps out what DuckDB reads and Snowflake does not, such as 1_000.
  String.raw`sf_number_text(x) AS CASE WHEN regexp_full_match(x, '\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*') THEN trim(x) END`,
  String.raw`sf_float_text(x) AS CASE WHEN regexp_full_match(x, '\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|(?i:nan|inf|infinity))\s*') THEN trim(x) END`,
  "sf_divide(n, d) AS CASE WHEN d = 0 THEN sf_fail('100051', '22012', 'Division by zero') ELSE ((abs(n) * 2 + abs(d)) // (abs(d) * 2)) * sign(n) * sign(d) END",
  "sf_divide_real(a, b) AS CASE WHEN b = 0 THEN sf_fail('100051', '22012', 'Division by zero') ELSE a / b END",
  "sf_modulo(n, d) AS CASE WHEN d = 0 THEN sf_fail('100051', '22012', 'Division by zero') ELSE n % d END",
  // The fewest of 15, 16 or 17 digits that read back as the same double.
  `sf_float_digits(x) AS CASE
     WHEN CAST(format('{:.14e}', x) AS DOUBLE) = x THEN format('{:.14e}', x)
     WHEN CAST(format('{:.15e}', x) AS DOUBLE) = x THEN format('{:.15e}', x)
     ELSE format('{:.16e}', x) END`,
  "sf_special_float(x) AS CASE WHEN isnan(x) THEN 'NaN' WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'inf' ELSE '-inf' END END",
  "sf_wire_real(x) AS CASE WHEN isfinite(x) THEN format('{:.15e}', x) ELSE sf_special_float(x) END",
  String.raw`sf_float_tme(x) AS CASE WHEN isfinite(x) THEN upper(regexp_replace(sf_float_digits(x), '\.?0*e', 'e')) ELSE sf_special_float(x) END`,
  "sf_float_varchar(x) AS CASE WHEN isfinite(x) THEN printf('%.15g', x) ELSE sf_special_float(x) END",
  "sf_boolean_text(x) AS CASE WHEN lower(trim(x)) IN ('true', 't', 'yes', 'y', 'on', '1') THEN TRUE WHEN lower(trim(x)) IN ('false', 'f', 'no', 'n', 'off', '0') THEN FALSE END",
  "sf_unhex(x) AS CASE WHEN length(x) % 2 = 0 AND regexp_full_match(x, '[0-9A-Fa-f]*') THEN unhex(x) END",
] as const;
