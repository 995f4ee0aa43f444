import type { LandType } from "@snowmelt/core/types";

/**
 * Spark 3 takes dates before 1582 and UTC times before 1900 of a file for ones of the calendar that Spark 2 wrote, and refuses to
 * read them, unless the file names a Spark of version 3 or later in this key. Our dates are of the calendar that Spark 3, the
 * format and everyone else mean. See spark.sql.parquet.datetimeRebaseModeInRead.
 */
const modernCalendar = { "org.apache.spark.version": "3.0.0" };

/** What the footer of a file with columns of these types says of their calendar. */
export function calendarMetadata(types: readonly LandType[]): Readonly<Record<string, string>> {
  const isAsked = types.some((type) => type.kind === "date" || (type.kind === "timestamp" && type.utc));
  return isAsked ? modernCalendar : {};
}
