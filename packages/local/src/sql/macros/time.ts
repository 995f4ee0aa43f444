/**
 * Instants and wall clocks are seconds since 1970 as DECIMAL(38,9). Zones are IANA names; offsets are minutes east.
 * `sf_clock` is a struct {sec, zone} where `zone` is NULL when the text named no offset.
 */
const ISO = String.raw`\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{0,9})\d*)?)?)?\s*(Z|[+-]\d{1,2}(?::?\d{2})?)?\s*`;
const GROUPS = "['y', 'm', 'd', 'h', 'i', 's', 'f', 'z']";

export const TIME_MACROS = [
  // A 128-bit division costs more than all the rest: one text, from which both whole seconds and fraction are cut, needs one.
  // The shift keeps it positive for every year from 1 on.
  "sf_shifted(x) AS CAST(x + CAST('70000000000' AS DECIMAL(38,9)) AS VARCHAR)",
  "sf_whole(x) AS CAST(sf_shifted(x)[:-11] AS BIGINT) - 70000000000",
  "sf_moment(x) AS make_timestamp(sf_whole(x) * 1000000)",
  "sf_fraction(x) AS right(sf_shifted(x), 9)",
  "sf_day_seconds(d) AS CAST((d - DATE '1970-01-01') * 86400 AS DECIMAL(38,9))",
  "sf_date_of(x) AS CAST(sf_moment(x) AS DATE)",
  "sf_time_of(x) AS CAST(x - sf_day_seconds(sf_date_of(x)) AS DECIMAL(18,9))",
  "sf_local(x, zone) AS CAST(epoch_us(timezone(zone, make_timestamptz(sf_whole(x) * 1000000))) // 1000000 AS DECIMAL(38,9)) + (x - floor(x))",
  "sf_utc(x, zone) AS CAST(epoch_us(timezone(zone, sf_moment(x))) // 1000000 AS DECIMAL(38,9)) + (x - floor(x))",
  "sf_offset(x, zone) AS CAST((epoch_us(timezone(zone, make_timestamptz(sf_whole(x) * 1000000))) // 1000000 - sf_whole(x)) // 60 AS SMALLINT)",
  "sf_zoned(x, zone) AS {'utc': x, 'offset': sf_offset(x, zone)}",
  // A zone's text to minutes: Z, +hh, +hhmm, +hh:mm.
  String.raw`sf_zone_minutes(z) AS CASE WHEN z IS NULL OR z = '' THEN NULL WHEN upper(z) = 'Z' THEN 0 ELSE
     (CASE WHEN z[1] = '-' THEN -1 ELSE 1 END) * (CAST(regexp_extract(z, '^[+-](\d{1,2}?):?(\d{2})?$', 1) AS INTEGER) * 60
       + COALESCE(TRY_CAST(regexp_extract(z, '^[+-](\d{1,2}?):?(\d{2})?$', 2) AS INTEGER), 0)) END`,
  `sf_clock_of(y, m, d, h, i, s, f, z) AS CASE
     WHEN TRY_CAST(y || '-' || m || '-' || d AS DATE) IS NULL OR COALESCE(TRY_CAST(h AS INTEGER), 0) > 23
       OR COALESCE(TRY_CAST(i AS INTEGER), 0) > 59 OR COALESCE(TRY_CAST(s AS INTEGER), 0) > 59 THEN NULL
     ELSE {'sec': sf_day_seconds(CAST(y || '-' || m || '-' || d AS DATE))
       + CAST(COALESCE(TRY_CAST(h AS INTEGER), 0) * 3600 + COALESCE(TRY_CAST(i AS INTEGER), 0) * 60 + COALESCE(TRY_CAST(s AS INTEGER), 0) AS DECIMAL(38,9))
       + CAST('0.' || rpad(f, 9, '0') AS DECIMAL(18,9)), 'zone': sf_zone_minutes(z)} END`,
  "sf_clock_struct(g) AS sf_clock_of(g.y, g.m, g.d, g.h, g.i, g.s, g.f, g.z)",
  // A number in text is seconds, milli-, micro- or nanoseconds by its size, as Snowflake decides it.
  `sf_epoch_text(n) AS CASE WHEN abs(n) < 31536000000 THEN CAST(n AS DECIMAL(38,9)) WHEN abs(n) < 31536000000000 THEN CAST(n * 0.001::DECIMAL(4,3) AS DECIMAL(38,9))
     WHEN abs(n) < 31536000000000000 THEN CAST(n * 0.000001::DECIMAL(7,6) AS DECIMAL(38,9)) ELSE n * 0.000000001::DECIMAL(10,9) END`,
  // One lambda call binds the groups once: a macro would copy the whole regular expression to each use.
  `sf_iso_clock(x) AS list_transform([regexp_extract(x, '^${ISO}$', ${GROUPS})], lambda g: sf_clock_struct(g))[1]`,
  "sf_month_number(n) AS CAST(list_position(['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'], lower(left(n, 3))) AS VARCHAR)",
  String.raw`sf_iso_text(x) AS CASE
     WHEN regexp_full_match(x, '\s*\d{1,2}/\d{1,2}/\d{4}(?: .*)?') THEN regexp_replace(trim(x), '^(\d{1,2})/(\d{1,2})/(\d{4})', '\3-\1-\2')
     WHEN regexp_full_match(x, '\s*\d{1,2}-[A-Za-z]{3}-\d{4}(?: .*)?') AND sf_month_number(regexp_extract(x, '-([A-Za-z]{3})-', 1)) IS NOT NULL
       THEN regexp_replace(trim(x), '^(\d{1,2})-([A-Za-z]{3})-(\d{4})', '\3-' || sf_month_number(regexp_extract(x, '-([A-Za-z]{3})-', 1)) || '-\1')
     ELSE x END`,
  String.raw`sf_clock(x) AS CASE
     WHEN regexp_full_match(x, '\s*-?\d{1,19}\s*') THEN {'sec': sf_epoch_text(CAST(trim(x) AS DECIMAL(19,0))), 'zone': NULL::INTEGER}
     ELSE sf_iso_clock(sf_iso_text(x)) END`,
  String.raw`sf_time_text(x) AS sf_time_of((sf_iso_clock(CASE WHEN regexp_full_match(x, '\s*\d{1,2}:.*') THEN '1970-01-01 ' || trim(x) ELSE x END)).sec)`,
  "sf_clock_utc(c, zone) AS CASE WHEN c.zone IS NULL THEN sf_utc(c.sec, zone) ELSE c.sec - CAST(c.zone * 60 AS DECIMAL(38,9)) END",
  "sf_clock_tz(c, zone) AS CASE WHEN c IS NULL THEN NULL WHEN c.zone IS NULL THEN sf_zoned(sf_utc(c.sec, zone), zone) ELSE {'utc': c.sec - CAST(c.zone * 60 AS DECIMAL(38,9)), 'offset': CAST(c.zone AS SMALLINT)} END",
  "sf_let_utc(c, zone) AS list_transform([c], lambda k: sf_clock_utc(k, zone))[1]",
  "sf_let_tz(c, zone) AS list_transform([c], lambda k: sf_clock_tz(k, zone))[1]",
] as const;
