import { judgeTable, type TableFacts } from "@snowmelt/core/quality";
import type { Field, Value } from "@snowmelt/core/types";
import { type ColumnStats, parseStats } from "@snowmelt/lake/delta";
import type { TableState } from "../lake/dataset-table.ts";
import type { RunContext } from "../run/run-context.ts";
import type { StageRecord } from "../run/stage-record.ts";
import { checkRules, ruleOutcomes } from "./check-rules.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import { liveRows } from "./stage-write.ts";

/**
 * The quality rules of a run that brought nothing, by the statistics of the table: that nothing comes is what freshness is
 * asked for. RULES_NOT_EVALUATED tells those that the statistics do not answer. Throws QUALITY_BLOCKED as for rows that came.
 */
export async function checkTable(
  { clock }: Pick<RunContext, "clock">,
  inspected: InspectedDataset,
  { record, outcome }: { readonly record: StageRecord; readonly outcome: "empty" | "unchanged" },
): Promise<void> {
  const { schema, snapshot, purpose } = inspected;
  if (schema.rules.length === 0 || purpose.kind === "slice") return;
  const fields = schema.batchFields;
  const splits = schema.rules.some(({ onFail }) => onFail === "quarantine");
  const facts: TableFacts = {
    // A refresh that was skipped would bring the rows of the table, but for those that it splits off.
    rowCount: outcome === "unchanged" && snapshot && !splits ? liveRows(snapshot) : undefined,
    largest: (column) =>
      largestOf(
        snapshot,
        fields.find(({ name }) => name === column),
      ),
  };
  const { results, unknown } = judgeTable(schema.rules, facts, { fields, nowMs: clock.nowMs() });
  if (unknown.length > 0) {
    record.notice("RULES_NOT_EVALUATED", `No row came, so this run says nothing of: ${unknown.join("; ")}.`);
  }
  record.note({ rules: ruleOutcomes(results) });
  checkRules(inspected, { rules: results, keys: undefined });
}

/** Null when no file has a value; undefined when one does not say. */
function largestOf(snapshot: TableState | undefined, field: Field | undefined): Value | undefined {
  if (!field) return undefined;
  let largest: Value = null;
  for (const { stats } of snapshot?.files.values() ?? []) {
    const parsed = parseStats(stats, [field]);
    const column = parsed?.columns.get(field.name);
    if (!parsed || !column) return undefined;
    if (parsed.numRecords === 0 || column.nullCount === parsed.numRecords) continue;
    const found: ColumnStats["max"] = column.max;
    if (found === undefined || found === null) return undefined;
    if (largest === null || found > largest) largest = found;
  }
  return largest;
}
