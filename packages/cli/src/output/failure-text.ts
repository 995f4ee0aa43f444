import type { Failure } from "../failure.ts";
import type { Paint } from "../text/paint.ts";
import { printable } from "../text/printable.ts";
import { wrap } from "../text/wrap.ts";

export interface FailureLayout {
  readonly columns: number;
  readonly paint: Paint;
  /** Shows the causes. */
  readonly verbose: boolean;
}

/** One paragraph that says what happened, the code to look it up by, and on demand what it came from. */
export function failureText(failure: Failure, { columns, paint, verbose }: FailureLayout): string {
  const { code, message, causes } = failure;
  const width = Math.min(columns, 110);
  const lines = [`${paint("red", "error")} ${paint("bold", code)}`, wrap(printable(message), width)];
  if (verbose) lines.push(...causes.map((cause) => wrap(`  because ${printable(cause)}`, width)));
  else if (causes.length > 0) lines.push(paint("dim", "--verbose shows what it came from."));
  return `${lines.join("\n")}\n`;
}

/** The same for machines. */
export function failureJson({ code, category, message }: Failure): string {
  return `${JSON.stringify({ error: { code, category, message } })}\n`;
}
