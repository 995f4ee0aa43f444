import type { Dataset } from "./dataset.ts";
import type { Pipeline } from "./pipeline.ts";

/** Something the language has and this version cannot do yet; `plan` refuses it with these words. */
export interface Unsupported {
  /** `datasets.flights.sync` */
  readonly path: string;
  readonly message: string;
}

/** Everything in a definition that would be refused whatever code it is given; empty when it can run. */
export function findUnsupported(definition: Pipeline): Unsupported[] {
  return Object.entries(definition.datasets).flatMap(([name, dataset]) =>
    unsupportedIn(dataset).map(({ path, message }) => ({ path: `datasets.${name}.${path}`, message })),
  );
}

function unsupportedIn({ sync, land, quality }: Dataset): Unsupported[] {
  const found: Unsupported[] = [];
  if (sync.kind === "capture") {
    found.push({
      path: "sync",
      message: "capture() is not implemented yet; use incremental({ cursor, lag, deletes }) or full()",
    });
  }
  if (sync.kind === "incremental" && sync.deletes !== "ignore") {
    found.push({
      path: "sync.deletes",
      message:
        'fullDiff() is not implemented yet; use deletes: "ignore" (rows deleted at the source stay in the lake) or full()',
    });
  }
  if (land.kind === "parquet" && sync.kind !== "full") {
    found.push({
      path: "land",
      message: `parquet() goes with full(): ${sync.kind}() changes rows by their key, and a catalog cannot show changed files of a folder of plain files; use delta()`,
    });
  }
  if (land.kind === "parquet" && quality.some(({ onFail }) => onFail === "quarantine")) {
    found.push({
      path: "quality",
      message:
        'a rule that quarantines commits two tables by one log, which parquet() has not; use delta(), or onFail: "block" or "warn"',
    });
  }
  return found;
}
