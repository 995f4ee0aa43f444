/**
 * DuckDB's JSON functions read 1.10 and 12345678901234567890123.4 as doubles. Such numbers (a fraction, an exponent or more
 * than 15 digits) are held as strings that begin with U+0001 `n:`, which no text begins with after escaping by Snowflake
 * clients, and turn back into digits when the value leaves.
 */
const EXOTIC = String.raw`[0-9]{16}|[0-9]\.[0-9]|[0-9][eE]`;
const TOKENS = String.raw`("(?:[^"\\]|\\.)*")|(-?[0-9][0-9.eE+-]*)`;

export const JSON_MACROS = [
  String.raw`sf_mark_numbers(x) AS replace(regexp_replace(x, '${TOKENS}', '\1' || chr(1) || '\2' || chr(1), 'g'), chr(1) || chr(1), '')`,
  String.raw`sf_trim_decimals(x) AS regexp_replace(regexp_replace(x, chr(1) || '(-?[0-9]+\.[0-9]*[1-9])0+' || chr(1), chr(1) || '\1' || chr(1), 'g'), chr(1) || '(-?[0-9]+)\.0*' || chr(1), chr(1) || '\1' || chr(1), 'g')`,
  String.raw`sf_protect(x) AS regexp_replace(regexp_replace(sf_trim_decimals(sf_mark_numbers(x)), chr(1) || '(-?[0-9]{1,15})' || chr(1), '\1', 'g'), chr(1) || '([^' || chr(1) || ']+)' || chr(1), '"\\u0001n:\1"', 'g')`,
  `sf_json_normal(x) AS CASE WHEN json_valid(x) THEN CAST(json(CASE WHEN NOT json_valid(x) THEN NULL WHEN regexp_matches(x, '${EXOTIC}') THEN sf_protect(x) ELSE x END) AS VARCHAR) END`,
  "sf_try_parse_json(x) AS CASE WHEN trim(x) <> '' THEN sf_json_normal(x) END",
  "sf_parse_json(x) AS CASE WHEN trim(x) <> '' THEN COALESCE(sf_json_normal(x), sf_bad_json(x)) END",
  String.raw`sf_json_text(v) AS CASE WHEN contains(v, '"\u0001n:') THEN regexp_replace(v, '"\\u0001n:([^"]*)"', '\1', 'g') ELSE v END`,
  String.raw`sf_json_scalar_text(v) AS CASE WHEN v = 'null' OR v IS NULL THEN NULL WHEN starts_with(v, '"\u0001n:') THEN v[10:-2] WHEN starts_with(v, '"') THEN CAST(v AS JSON) ->> '$' ELSE sf_json_text(v) END`,
  String.raw`sf_number_json(t) AS CASE WHEN regexp_full_match(t, '-?[0-9]{1,15}') THEN t ELSE '"\u0001n:' || t || '"' END`,
  String.raw`sf_decimal_json(t) AS sf_number_json(CASE WHEN contains(t, '.') THEN regexp_replace(t, '\.?0+$', '') ELSE t END)`,
  "sf_real_json(x) AS CASE WHEN isfinite(x) THEN sf_number_json(format('{:.15e}', x)) ELSE CAST(to_json(sf_special_float(x)) AS VARCHAR) END",
  String.raw`sf_typeof(v) AS CASE
     WHEN v IS NULL THEN NULL WHEN v = 'null' THEN 'NULL_VALUE' WHEN v[1] = '{' THEN 'OBJECT' WHEN v[1] = '[' THEN 'ARRAY'
     WHEN v IN ('true', 'false') THEN 'BOOLEAN' WHEN starts_with(v, '"\u0001n:') THEN
       CASE WHEN regexp_matches(v, '[eE]') THEN 'DOUBLE' WHEN contains(v, '.') THEN 'DECIMAL' ELSE 'INTEGER' END
     WHEN v[1] = '"' THEN 'VARCHAR' ELSE 'INTEGER' END`,
  "sf_json_array(l) AS '[' || array_to_string(l, ',') || ']'",
  "sf_vector_text(v) AS '[' || array_to_string(list_transform(CAST(v AS DOUBLE[]), lambda e: CASE WHEN e IS NULL THEN 'null' ELSE printf('%f', e) END), ',') || ']'",
  "sf_variant_number(v) AS CASE v WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE sf_json_scalar_text(v) END",
  "sf_vector_json(v) AS CASE WHEN v IS NOT NULL THEN sf_json_array(list_transform(CAST(v AS VARCHAR[]), lambda e: sf_decimal_json(e))) END",
  String.raw`sf_pairs_json(t) AS '[' || regexp_replace(regexp_replace(trim(t), '\s+', ',', 'g'), ',?\|,?', '],[', 'g') || ']'`,
  String.raw`sf_wkt_point(x) AS regexp_extract(x, '^\s*POINT\s*\(\s*(-?[0-9.eE+-]+\s+-?[0-9.eE+-]+)\s*\)\s*$', 1, 'i')`,
  String.raw`sf_wkt_line(x) AS regexp_extract(x, '^\s*LINESTRING\s*\(([-0-9.eE+, ]+)\)\s*$', 1, 'i')`,
  String.raw`sf_wkt_polygon(x) AS regexp_extract(x, '^\s*POLYGON\s*\(([-0-9.eE+, ()]+)\)\s*$', 1, 'i')`,
  String.raw`sf_try_geography(x) AS CASE
     WHEN starts_with(trim(x), '{') THEN CASE WHEN json_extract_string(CASE WHEN json_valid(x) THEN x END, '$.type') IN ('Point', 'LineString', 'Polygon', 'MultiPoint', 'MultiLineString', 'MultiPolygon', 'GeometryCollection', 'Feature', 'FeatureCollection') THEN sf_json_text(sf_json_normal(x)) END
     WHEN sf_wkt_point(x) <> '' THEN '{"coordinates":' || sf_pairs_json(sf_wkt_point(x)) || ',"type":"Point"}'
     WHEN sf_wkt_line(x) <> '' THEN '{"coordinates":[' || sf_pairs_json(replace(sf_wkt_line(x), ',', '|')) || '],"type":"LineString"}'
     WHEN sf_wkt_polygon(x) <> '' THEN '{"coordinates":[' || array_to_string(list_transform(regexp_split_to_array(sf_wkt_polygon(x), '\)\s*,\s*\('), lambda r: '[' || sf_pairs_json(replace(regexp_replace(r, '[()]', '', 'g'), ',', '|')) || ']'), ',') || '],"type":"Polygon"}' END`,
  "sf_geography(x) AS COALESCE(sf_try_geography(x), CASE WHEN x IS NOT NULL THEN sf_fail('100217', '22000', 'Error parsing Geo input: ' || left(x, 100)) END)",
] as const;
