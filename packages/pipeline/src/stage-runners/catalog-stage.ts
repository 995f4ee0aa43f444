import type { StageRunner } from "../engine/index.ts";
import { openDatasetTable } from "../lake/dataset-table.ts";
import { tablePath } from "../plan/dataset-place.ts";
import { catalogTable } from "../stages/catalog.ts";
import { found } from "./attempt-work.ts";
import { datasetStage } from "./dataset-stage.ts";
import type { OpenStage } from "./stage-task.ts";

/** Makes the catalog's table equal to the log. A catalog that cannot be reached is told of, and fails nothing. */
export function catalogStage(open: OpenStage): StageRunner {
  return datasetStage(open, async ({ context, name, record }) => {
    const { definition, lake: store, clock, random } = context;
    const dataset = found(definition.datasets[name], name);
    const table = openDatasetTable(dataset, { store, path: tablePath(name, dataset), clock, random });
    await catalogTable(context, { name, dataset, table }, record);
    return { result: { status: record.notes().noted.catalog?.status ?? null } };
  });
}
