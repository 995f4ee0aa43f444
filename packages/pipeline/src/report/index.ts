export { resultLabel } from "../result-label.ts";
export { renderReport } from "./render-report.ts";
export { movingMs, outcomeText, type RunTotals, runTotals } from "./run-totals.ts";
export {
  bytesText,
  countText,
  durationText,
  groupedText,
  percentText,
  rowsPerSecond,
  shortCountText,
} from "./units.ts";
