import type { RunEvent } from "@snowmelt/pipeline";
import { durationText } from "@snowmelt/pipeline/report";
import type { Paint } from "../text/paint.ts";
import { printable } from "../text/printable.ts";

export function noticeLine({ dataset, message }: Extract<RunEvent, { kind: "notice" }>, paint: Paint): string {
  return `${paint("yellow", "!")} ${dataset}: ${printable(message)}`;
}

export function retryLine(event: Extract<RunEvent, { kind: "retry" }>, paint: Paint): string {
  const { dataset, stage, attempt, delayMs, reason } = event;
  const text = `attempt ${attempt} of ${stage} failed, trying again in ${durationText(delayMs)}: ${printable(reason)}`;
  return `${paint("yellow", "↻")} ${dataset}: ${text}`;
}
