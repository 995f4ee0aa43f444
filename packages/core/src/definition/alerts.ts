import { z } from "zod";
import type { EscalationPolicy } from "../engine/incident.ts";
import { Duration, durationMs } from "../types/index.ts";
import { Channel } from "./channel.ts";
import { own } from "./own.ts";
import { PositiveDuration } from "./positive-duration.ts";
import { slug } from "./slug.ts";
import { strict } from "./strict.ts";

const Level = strict({
  /** Since the incident opened. */
  after: Duration.default("0 seconds"),
  channels: z.array(z.string()).min(1, { error: "expected at least one channel" }).readonly(),
});

const policy = {
  /** Who is told, and when, as long as nobody has acknowledged. Each level once, the first at once. */
  escalation: z
    .array(Level)
    .min(1, { error: "expected at least one level; leave escalation out for nobody" })
    .max(20)
    .refine((levels) => levels[0]?.after === "0 seconds", {
      error: 'expected the first level after "0 seconds": whoever is to know first is told at once',
      path: [0, "after"],
    })
    .superRefine((levels, context) => {
      for (const [index, { after }] of levels.entries()) {
        const before = levels[index - 1]?.after;
        if (before === undefined || durationMs(after) > durationMs(before)) continue;
        const message = `expected more than ${before}, as the level before it has`;
        context.addIssue({ code: "custom", path: [index, "after"], message });
      }
    })
    .readonly()
    .exactOptional(),
  /** Good runs in a row that end an incident. @default 1 */
  goodsToResolve: z.int().min(1).max(100).exactOptional(),
  /** Who acknowledged has this long; then it goes on to the next level. @default 4 hours */
  acknowledgedFor: PositiveDuration.exactOptional(),
  /** Messages a channel gets in a length of time; what is more comes as one that says how many. @default 20 in 1 minute */
  rateLimit: strict({ messages: z.int().min(1).max(10_000), per: PositiveDuration }).exactOptional(),
};

const channels = {
  /** Ways to reach people and systems, by the names that levels call them by. */
  channels: z.record(slug, Channel).readonly().exactOptional(),
};

/** Of a platform, or of one of its environments, whose channels of a name take the place of the platform's. */
export const PlatformAlerts = strict({ ...channels, ...policy });
export type PlatformAlerts = z.output<typeof PlatformAlerts>;

const AlertPolicy = strict(policy);
export const PipelineAlerts = strict({
  ...policy,
  /** What differs in an environment, by its name. */
  environments: z.record(z.string(), AlertPolicy).exactOptional(),
});
export type PipelineAlerts = z.output<typeof PipelineAlerts>;

/** Who is told of what goes wrong in an environment, all defaults filled in. */
export interface ResolvedAlerts {
  readonly channels: Readonly<Record<string, Channel>>;
  /** Undefined where no level is named: then nobody is told. */
  readonly policy: EscalationPolicy | undefined;
  readonly rateLimit: { readonly messages: number; readonly perMs: number };
}

/** What alerts are resolved from: a definition, or a platform without one. */
export interface Alerting {
  readonly platform: {
    readonly alerts?: PlatformAlerts;
    readonly environments: Readonly<Record<string, { readonly alerts?: PlatformAlerts }>>;
  };
  readonly alerts?: PipelineAlerts;
}

/** The platform's word, the environment's upon it, the pipeline's upon both, and the pipeline's for that environment upon all. Pure. */
export function resolveAlerts({ platform, alerts = {} }: Alerting, environment: string): ResolvedAlerts {
  const ofEnvironment = own(platform.environments, environment)?.alerts ?? {};
  const { environments = {}, ...ofPipeline } = alerts;
  const { escalation, goodsToResolve, acknowledgedFor, rateLimit } = {
    goodsToResolve: 1,
    acknowledgedFor: "4 hours" as Duration,
    rateLimit: { messages: 20, per: "1 minute" as Duration },
    ...platform.alerts,
    ...ofEnvironment,
    ...ofPipeline,
    ...own(environments, environment),
  };
  return {
    channels: { ...platform.alerts?.channels, ...ofEnvironment.channels },
    policy: escalation && {
      levels: escalation.map(({ after, channels }) => ({ afterMs: durationMs(after), channels })),
      goodsToResolve,
      acknowledgedForMs: durationMs(acknowledgedFor),
    },
    rateLimit: { messages: rateLimit.messages, perMs: durationMs(rateLimit.per) },
  };
}
