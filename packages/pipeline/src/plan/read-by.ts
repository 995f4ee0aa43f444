import type { Dataset } from "@snowmelt/core/definition";
import { parseSnowflakeColumnType, type SourceColumn } from "@snowmelt/core/types";
import { markOf } from "@snowmelt/lake/delta";
import { lagMicros } from "./window.ts";

const fullReadBy = "full";

/** What a window's bounds are bounds of: `full`, or the cursor with its type and zone. Bounds of one mean nothing to another. */
export function readBy({ sync }: Dataset, columns: readonly SourceColumn[]): string {
  if (sync.kind !== "incremental") return fullReadBy;
  const type = columns.find(([name]) => name === sync.cursor)?.[1] ?? "";
  return ["cursor", JSON.stringify(sync.cursor), parseSnowflakeColumnType(type).type.kind, sync.zone ?? "-"].join(" ");
}

/** Where the next window starts, upon a table whose last one was read by something (a mark), perhaps not by what reads now. */
export function resumeFrom(
  { sync }: Dataset,
  last: { readonly hi: bigint | null; readonly readBy: bigint | undefined; readonly now: string },
): { readonly lo: bigint | null; readonly isRestart: boolean } {
  if (last.hi === null || sync.kind !== "incremental" || last.readBy === markOf(last.now))
    return { lo: last.hi, isRestart: false };
  // A refresh saw everything but what transactions that were open then committed later.
  if (last.readBy === markOf(fullReadBy) && !last.now.includes(" number "))
    return { lo: last.hi - lagMicros(sync), isRestart: false };
  return { lo: null, isRestart: true };
}
