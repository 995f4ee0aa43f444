import { createHash } from "node:crypto";
import { z } from "zod";
import { Duration, durationMs } from "../types/index.ts";
import { cronProblem } from "./cron.ts";
import { pathText, problemText } from "./problem.ts";
import { slug } from "./slug.ts";
import { strict } from "./strict.ts";
import { isTimeZone } from "./time-zone.ts";

const minuteMs = 60_000;

const where = {
  /** The environments in which it holds. @default all of the platform */
  environments: z
    .array(z.string())
    .min(1, { error: "expected at least one environment; leave it out for all" })
    .readonly()
    .exactOptional(),
};

const Every = strict({
  kind: z.literal("every"),
  interval: Duration.refine((text) => durationMs(text) >= minuteMs && durationMs(text) % minuteMs === 0, {
    error: "expected whole minutes, at least one: nothing is triggered more often",
  }),
  ...where,
});

const Cron = strict({
  kind: z.literal("cron"),
  /** Minute, hour, day of month, month, day of week, year, as EventBridge has them. */
  expression: z.string().superRefine((expression, context) => {
    const message = cronProblem(expression);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  }),
  /** Whose clock it goes by. */
  zone: z
    .string()
    .refine(isTimeZone, { error: 'expected the IANA name of a time zone, such as "UTC" or "Europe/Zurich"' })
    .default("UTC"),
  ...where,
});

const OnObject = strict({
  kind: z.literal("object"),
  /** @default the bucket of the environment's lake */
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { error: "expected the name of a bucket, without s3://" })
    .exactOptional(),
  /** Of the keys that it looks at. */
  prefix: z
    .string()
    .min(1, { error: "expected a prefix of keys, such as drops/flights/" })
    .max(1024)
    .refine((prefix) => !prefix.startsWith("/") && !prefix.includes("*"), {
      error: "expected a plain prefix of keys such as drops/flights/, without a slash before it and without wildcards",
    }),
  /** What the keys end with: `.csv`, `_SUCCESS`. @default anything */
  suffix: z
    .string()
    .min(1, { error: "expected an end of keys, such as _SUCCESS; leave it out for any" })
    .max(1024)
    .refine((suffix) => !suffix.includes("*"), { error: "expected a plain end of keys, without wildcards" })
    .exactOptional(),
  ...where,
});

const After = strict({
  kind: z.literal("after"),
  pipeline: slug,
  /** Whether a run of it that landed only some of its datasets will do. */
  partial: z.boolean().default(false),
  ...where,
});

export const Schedule = z.discriminatedUnion("kind", [Every, Cron, OnObject, After], {
  error:
    'expected every("15 minutes"), cron("0 6 * * ? *"), onObject({ prefix }), after("otherPipeline"), or a list of them',
});
/** One thing that makes a pipeline run, in normal form. */
export type Schedule = z.output<typeof Schedule>;

export const Schedules = z
  .union(
    [Schedule, z.array(Schedule).min(1, { error: "expected at least one; leave schedule out for none" }).readonly()],
    {
      error: ({ input }) => (Array.isArray(input) ? undefined : firstProblem(input)),
    },
  )
  .transform((written): readonly Schedule[] => ("kind" in written ? [written] : written));

/** A union says of its members only that none fits. */
function firstProblem(input: unknown): string | undefined {
  const [issue] = Schedule.safeParse(input, { error: problemText }).error?.issues ?? [];
  if (!issue) return undefined;
  return issue.path.length === 0 ? issue.message : `${pathText(issue.path)}: ${issue.message}`;
}

type Options<K extends Schedule["kind"], Given extends string> = Omit<
  z.input<Extract<(typeof Schedule.options)[number], z.ZodType<{ kind: K }>>>,
  "kind" | Given
>;

/** At every such length of time, in whole minutes. */
export const every = (interval: Duration, options: Options<"every", "interval"> = {}) =>
  ({ kind: "every", interval, ...options }) as const;

/** By the clock: minute, hour, day of month, month, day of week and year, one of the two days being `?`. */
export const cron = (expression: string, options: Options<"cron", "expression"> = {}) =>
  ({ kind: "cron", expression, ...options }) as const;

/** Whenever an object of such a key is created. */
export const onObject = (options: Options<"object", never>) => ({ kind: "object", ...options }) as const;

/** Whenever a run of another pipeline of the platform has landed all of its datasets. */
export const after = (pipeline: string, options: Options<"after", "pipeline"> = {}) =>
  ({ kind: "after", pipeline, ...options }) as const;

/** What a timed schedule is called within its pipeline: it follows from what it says, so that the order of a list means nothing. */
export function scheduleName(schedule: Extract<Schedule, { readonly kind: "every" | "cron" }>): string {
  if (schedule.kind === "every") return `every-${schedule.interval.replace(" ", "-")}`;
  const text = `${schedule.expression}\n${schedule.zone}`;
  return `cron-${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;
}

/** Those that hold in an environment. */
export const schedulesIn = (
  { schedule = [] }: { readonly schedule?: readonly Schedule[] },
  environment: string,
): readonly Schedule[] => schedule.filter(({ environments }) => environments?.includes(environment) ?? true);
