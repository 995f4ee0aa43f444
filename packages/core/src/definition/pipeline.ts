import { z } from "zod";
import { PipelineAlerts } from "./alerts.ts";
import { Dataset, type DatasetInput } from "./dataset.ts";
import { Discover } from "./discover.ts";
import { Platform } from "./platform.ts";
import { PipelineRunSettings } from "./run-settings.ts";
import { Schedules } from "./schedule.ts";
import { Sla } from "./sla.ts";
import { slug } from "./slug.ts";
import { strict } from "./strict.ts";
import { Transform } from "./transform.ts";

/** Names become folders and catalog tables, which ignore case. */
const datasetName = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,62}$/, {
  error: "expected a dataset name of letters, digits and _, starting with a letter, of at most 63 characters",
});

export const Pipeline = strict({
  apiVersion: z.literal(1, { error: "expected apiVersion: 1, the only version there is" }),
  name: slug.refine((name) => name !== "platform", { error: "no pipeline may be called platform" }),
  platform: Platform,
  datasets: z
    .record(datasetName, Dataset)
    .refine((datasets) => Object.keys(datasets).length > 0, { error: "expected at least one dataset" })
    .readonly(),
  /** Data that others wrote, found by crawlers. */
  discover: Discover.exactOptional(),
  /** What is made of datasets once they have landed, by name. */
  transforms: z.record(datasetName, Transform).readonly().exactOptional(),
  /** What makes it run. @default somebody asks */
  schedule: Schedules.exactOptional(),
  /** What is promised of it. */
  sla: Sla.exactOptional(),
  /** Who is told of what goes wrong, where it is not as the platform has it. */
  alerts: PipelineAlerts.exactOptional(),
  /** How its runs are carried out, where it is not as ever. */
  run: PipelineRunSettings.exactOptional(),
});
/** A pipeline in normal form: plain JSON in which every default is filled in. What the hash is taken of. */
export type Pipeline = z.output<typeof Pipeline>;
/** A pipeline as it is written. */
export type PipelineInput = Omit<z.input<typeof Pipeline>, "datasets"> & {
  readonly datasets: Readonly<Record<string, DatasetInput>>;
};
