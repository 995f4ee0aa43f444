import { z } from "zod";
import { PlatformAlerts } from "./alerts.ts";
import { checkAlerts } from "./check/check-alerts.ts";
import { LakeLocation } from "./lake-location.ts";
import { definitionInvalid, parseWith } from "./parse-with.ts";
import { RunSettings } from "./run-settings.ts";
import { slug } from "./slug.ts";
import { SnowflakeConnection } from "./snowflake-connection.ts";
import { strict } from "./strict.ts";

export const Environment = strict({
  snowflake: SnowflakeConnection,
  lake: LakeLocation,
  /** Who is told here, where it is not as the platform has it. */
  alerts: PlatformAlerts.exactOptional(),
  /** How runs are carried out here. */
  run: RunSettings.exactOptional(),
});
export type Environment = z.output<typeof Environment>;

export const Platform = strict({
  name: slug,
  environments: z
    .record(slug, Environment)
    .refine((environments) => Object.keys(environments).length > 0, { error: "expected at least one environment" })
    .readonly(),
  /** Ways to reach people, and who is told of what goes wrong. */
  alerts: PlatformAlerts.exactOptional(),
  /** Put on everything that can carry tags. */
  tags: z.record(z.string().min(1), z.string()).readonly().default({}),
});
/** What a team runs on, in normal form. */
export type Platform = z.output<typeof Platform>;
export type PlatformInput = z.input<typeof Platform>;

/** What a team runs on, declared once. Throws DEFINITION_INVALID naming every problem. */
export function definePlatform(definition: PlatformInput): Platform {
  const platform = parseWith(Platform, definition, "The platform");
  const problems = checkAlerts({ platform });
  if (problems.length > 0) throw definitionInvalid("The platform", problems);
  return platform;
}
