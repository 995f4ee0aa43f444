import { parseSnowflakeColumnType } from "../../types/index.ts";
import type { Dataset } from "../dataset.ts";
import { sourceColumns } from "../source.ts";
import { checkColumns } from "./check-columns.ts";
import { checkIncremental } from "./check-incremental.ts";
import { checkKey } from "./check-key.ts";
import { checkLanding } from "./check-landing.ts";
import { checkSource } from "./check-source.ts";
import type { DatasetProblem } from "./dataset-problem.ts";

/** What the blocks of one dataset ask of each other and of the source's columns. */
export function checkDataset(dataset: Dataset): DatasetProblem[] {
  const unreadable = checkSource(dataset.source);
  if (unreadable.length > 0) return unreadable;
  const types = new Map(
    sourceColumns(dataset.source).map(([name, text]) => [name, parseSnowflakeColumnType(text).type]),
  );
  const unfit = checkColumns(dataset, types);
  const columns = Object.fromEntries(
    Object.entries(dataset.columns).filter(([name]) => !unfit.some(({ path }) => path.at(-1) === name)),
  );
  return [
    ...unfit,
    ...checkKey(dataset, types),
    ...checkIncremental(dataset, types),
    ...checkLanding({ ...dataset, columns }),
  ];
}
