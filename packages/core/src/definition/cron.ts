interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
  /** What a value may be beside numbers, lists, ranges and steps. */
  readonly special?: RegExp;
  readonly specialText?: string;
}

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const daysOfMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const dayOfMonth: Field = {
  name: "day of month",
  min: 1,
  max: 31,
  special: /^(\?|L|LW|([1-9]|[12]\d|3[01])W)$/,
  specialText: ", ?, L or a weekday such as 15W",
};
const month: Field = { name: "month", min: 1, max: 12, names: months };
const dayOfWeek: Field = {
  name: "day of week",
  min: 1,
  max: 7,
  names: weekdays,
  special: /^(\?|L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5]))$/,
  specialText: ", ?, L or a day of a month such as 6#3",
};
const fields: readonly Field[] = [
  { name: "minute", min: 0, max: 59 },
  { name: "hour", min: 0, max: 23 },
  dayOfMonth,
  month,
  dayOfWeek,
  { name: "year", min: 1970, max: 2199 },
];

const form = "expected six fields: minute, hour, day of month, month, day of week and year, such as 0 6 * * ? *";

/**
 * Why EventBridge would not take this as a cron expression, or would never fire; undefined where it is right. As in
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */
export function cronProblem(expression: string): string | undefined {
  const given = expression.split(" ");
  if (given.length !== fields.length || given.includes("")) {
    return `${form}, with one blank between; got ${given.filter((field) => field !== "").length}`;
  }
  const wrong = fields.flatMap((field, index) => fieldProblem(field, given[index] ?? "") ?? [])[0];
  if (wrong !== undefined) return wrong;
  const [, , day = "", inMonth = "", weekday = ""] = given;
  if ((day === "?") === (weekday === "?")) {
    return `expected ? as exactly one of day of month and day of week, got ${day} and ${weekday}`;
  }
  return neverProblem(day, inMonth);
}

function fieldProblem(field: Field, text: string): string | undefined {
  if (field.special?.test(text)) return undefined;
  const isRight = text.split(",").every((part) => isPart(field, part));
  if (isRight) return undefined;
  const names = field.names ? ` or ${field.names[0]} to ${field.names.at(-1)}` : "";
  return `expected a ${field.name} of ${field.min} to ${field.max}${names}, a list (1,2), a range (1-5), a step (0/15), *${field.specialText ?? ""}; got ${JSON.stringify(text)}`;
}

/** `*`, `5`, `1-5`, and any of them with a step. */
function isPart(field: Field, part: string): boolean {
  const [range = "", step, more] = part.split("/");
  if (more !== undefined) return false;
  if (step !== undefined && !isWithin(Number(/^\d{1,4}$/.test(step) ? step : Number.NaN), 1, field.max)) return false;
  if (range === "*") return true;
  const [from = "", to, further] = range.split("-");
  if (further !== undefined) return false;
  const [first, last] = [numberOf(field, from), to === undefined ? undefined : numberOf(field, to)];
  if (!isWithin(first, field.min, field.max)) return false;
  // Only the week goes round: SUN is 1, and FRI-MON is a range.
  return last === undefined || (isWithin(last, field.min, field.max) && (first <= last || field === dayOfWeek));
}

const isWithin = (value: number, min: number, max: number): boolean => value >= min && value <= max;

function numberOf({ min, names = [] }: Field, text: string): number {
  const named = names.indexOf(text);
  if (named >= 0) return named + min;
  return /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
}

/** A 31st in months that have none comes never. */
function neverProblem(day: string, inMonth: string): string | undefined {
  if (!/^\d+(,\d+)*$/.test(day) || !/^[\dA-Z]+(,[\dA-Z]+)*$/.test(inMonth)) return undefined;
  const longest = Math.max(...inMonth.split(",").map((name) => daysOfMonths[numberOf(month, name) - 1] ?? 31));
  const earliest = Math.min(...day.split(",").map(Number));
  return earliest > longest ? `no month of ${inMonth} has a day ${day}: it would never come` : undefined;
}
