import type { DatasetResult } from "./manifest.ts";

/** What a result, and the events of it, are called: the dataset, or `flights 3/12` for a slice of it. */
export const resultLabel = ({ dataset, slice }: Pick<DatasetResult, "dataset" | "slice">): string =>
  slice === null ? dataset : `${dataset} ${slice.number}/${slice.of}`;
