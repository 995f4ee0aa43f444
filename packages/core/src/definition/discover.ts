import { z } from "zod";
import { Duration, durationMs } from "../types/index.ts";
import { strict } from "./strict.ts";

const folder = z.string().regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/([^?#@]*\/)?$/, {
  error: "expected a folder of a bucket such as s3://partner-drop/events/, with a slash at the end",
});

export const Crawler = strict({
  kind: z.literal("crawler"),
  /** Of the crawler in AWS Glue, in the account and region of the environment. It has to be there: Terraform makes it. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/, {
    error: "expected the name of a Glue crawler: letters, digits, dots, _ and -, at most 255 characters",
  }),
  /** What it looks through. */
  paths: z.array(folder).min(1, { error: "expected at least one folder to look through" }).readonly(),
  /** The Glue database that its tables go to. */
  database: z.string().regex(/^[a-z0-9_]{1,255}$/, {
    error: "expected a Glue database of lower-case letters, digits and _",
  }),
  /** What the names of its tables begin with. */
  tablePrefix: z
    .string()
    .regex(/^[a-z0-9_]{0,128}$/, { error: "expected a prefix of lower-case letters, digits and _" })
    .default(""),
  /**
   * What a crawl looks at: everything, folders that are new since the last one, or what S3's events told of (`events` needs a
   * queue that the bucket's events go to).
   */
  looksAt: z
    .enum(["everything", "newFolders", "events"], {
      error: 'expected looksAt: "everything", "newFolders" or "events"',
    })
    .default("everything"),
  /** How long a crawl may take, waiting for an earlier one included. */
  deadline: Duration.refine((text) => durationMs(text) > 0, { error: "expected a duration above 0" }).default("1 hour"),
});
/** Data that others wrote, and the crawler that finds it, in normal form. */
export type Crawler = z.output<typeof Crawler>;
export type CrawlerOptions = Omit<z.input<typeof Crawler>, "kind">;

export const Discover = z
  .union([Crawler, z.array(Crawler).readonly()], {
    error: "expected crawler({ name, paths, database }), or a list of them",
  })
  .transform((written): readonly Crawler[] => ("kind" in written ? [written] : written));

/** Data that Snowmelt did not write, found by a crawler of AWS Glue. Never for a folder with tables of the lake. */
export const crawler = (options: CrawlerOptions) => ({ kind: "crawler", ...options }) as const;
