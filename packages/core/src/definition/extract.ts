import { z } from "zod";
import { ByteSize, Duration, durationMs } from "../types/index.ts";
import { strict } from "./strict.ts";

const settings = {
  /** Rows a batch holds at most: the grain of memory, retry and resume. */
  batchRows: z.int().min(1).max(10_000_000),
  /** A landed file is closed when it reaches this size. */
  maxFileBytes: ByteSize,
  /** How many ranges of the result are read at once. Each takes the memory of about three result chunks. */
  parallel: z.int().min(1).max(64),
  /** A range of the result is read again when no row of it came for so long: a damaged chunk makes the driver wait for ever. */
  stallTimeout: Duration.refine((text) => durationMs(text) > 0, { error: "expected a duration above 0" }),
  /** How rows come: streamed through this process, or unloaded by Snowflake straight into the lake's bucket. */
  route: z.enum(["auto", "stream", "unload"], { error: 'expected route: "auto", "stream" or "unload"' }),
};

const Override = strict({
  batchRows: settings.batchRows.exactOptional(),
  maxFileBytes: settings.maxFileBytes.exactOptional(),
  parallel: settings.parallel.exactOptional(),
  stallTimeout: settings.stallTimeout.exactOptional(),
  route: settings.route.exactOptional(),
});

export const Extract = strict({
  batchRows: settings.batchRows.default(100_000),
  maxFileBytes: settings.maxFileBytes.prefault("128 MB"),
  parallel: settings.parallel.default(1),
  stallTimeout: settings.stallTimeout.default("1 minute"),
  /** `auto` unloads where the lake has a stage and everything allows it. */
  route: settings.route.default("auto"),
  /** What differs in an environment, by its name. */
  environments: z.record(z.string(), Override).default({}),
});
export type Extract = z.output<typeof Extract>;
/** The settings of one environment. */
export type ExtractSettings = Omit<Extract, "environments">;

/** What holds in an environment: the dataset's settings, with that environment's own on top. */
export function resolveExtract(
  definition: { readonly datasets: Readonly<Record<string, { readonly extract: Extract }>> },
  dataset: string,
  environment: string,
): ExtractSettings {
  const found = Object.hasOwn(definition.datasets, dataset) ? definition.datasets[dataset] : undefined;
  if (!found) throw new RangeError(`no dataset ${JSON.stringify(dataset)} in this definition`);
  const { environments, ...base } = found.extract;
  return { ...base, ...(Object.hasOwn(environments, environment) ? environments[environment] : {}) };
}
