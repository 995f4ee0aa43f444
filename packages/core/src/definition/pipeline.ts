import { z } from "zod";
import { Dataset, type DatasetInput } from "./dataset.ts";
import { Discover } from "./discover.ts";
import { Platform, slug } from "./platform.ts";
import { strict } from "./strict.ts";

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
});
/** A pipeline in normal form: plain JSON in which every default is filled in. What the hash is taken of. */
export type Pipeline = z.output<typeof Pipeline>;
/** A pipeline as it is written. */
export type PipelineInput = Omit<z.input<typeof Pipeline>, "datasets"> & {
  readonly datasets: Readonly<Record<string, DatasetInput>>;
};
