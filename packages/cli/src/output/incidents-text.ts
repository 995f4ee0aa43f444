import type { IncidentState } from "@snowmelt/core/engine";
import { momentText } from "../text/moment.ts";
import type { Paint } from "../text/paint.ts";
import { printable } from "../text/printable.ts";
import { tableText } from "../text/table.ts";

/** Alerts that are open, the oldest first. */
export function incidentsText(incidents: readonly IncidentState[], paint: Paint): string {
  if (incidents.length === 0) return "No alert is open.\n";
  const titles = ["alert", "severity", "status", "since", "times", "what"].map((title) => ({ title }));
  const rows = inOrder(incidents).map(({ dedupKey, severity, status, acknowledgedBy, openedAtMs, count, summary }) => [
    printable(dedupKey),
    paint(severity === "error" ? "red" : "yellow", severity),
    acknowledgedBy === null ? status : `${status} by ${printable(acknowledgedBy)}`,
    momentText(openedAtMs),
    String(count),
    printable(summary),
  ]);
  return tableText(titles, rows, paint);
}

export const incidentsJson = (incidents: readonly IncidentState[]): string => `${JSON.stringify(inOrder(incidents))}\n`;

const inOrder = (incidents: readonly IncidentState[]) => incidents.toSorted((a, b) => a.openedAtMs - b.openedAtMs);
