import { z } from "zod";

/** What a real account alone can tell about unloaded files: set here, so that clients can be tried with each answer. */
export const UnloadFormat = z
  .strictObject({
    /** Physical unit of TIMESTAMP_NTZ; digits below it are cut off. NANOS spans 1677 to 2262. @default "MICROS" */
    timestampUnit: z.enum(["MILLIS", "MICROS", "NANOS"]).default("MICROS"),
    /** Whether TIMESTAMP_NTZ is marked as adjusted to UTC; only in MICROS. @default false */
    timestampIsUtc: z.boolean().default(false),
    /** What FILE_NAME of DETAILED_OUTPUT is relative to: the COPY's location, the stage's root, or nothing (a URL). @default "location" */
    fileNames: z.enum(["location", "stage", "url"]).default("location"),
    /** What stands for NULL in a path that PARTITION BY makes; Snowflake's pages have both. @default "__NULL__" */
    nullFolder: z.enum(["__NULL__", "_NULL_"]).default("__NULL__"),
    /** Writers at most, each with files of its own. @default 4 */
    threads: z.int().min(1).max(64).default(4),
    /** Rows for which a further writer starts. @default 5000 */
    rowsPerThread: z.int().min(1).default(5000),
  })
  .refine(({ timestampUnit, timestampIsUtc }) => !timestampIsUtc || timestampUnit === "MICROS", {
    error: "timestamps marked as UTC can only be written in MICROS",
    path: ["timestampIsUtc"],
  });
export type UnloadFormat = z.infer<typeof UnloadFormat>;
