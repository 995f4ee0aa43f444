const dayMs = 86_400_000;
const firstDay = -719_162;
const lastDay = 2_932_896;

/** `2026-11-22` of days since 1970-01-01; undefined outside the years 0001 to 9999, which have no such text. */
export function dateText(days: number): string | undefined {
  if (days < firstDay || days > lastDay) return undefined;
  return new Date(days * dayMs).toISOString().slice(0, 10);
}

/** Days since 1970-01-01; undefined when the text is not a date of the years 0001 to 9999. */
export function parseDateText(text: string): number | undefined {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  const days = ms / dayMs;
  return Number.isInteger(days) && dateText(days) === text ? days : undefined;
}
