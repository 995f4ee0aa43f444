import { z } from "zod";
import { LakeLocation } from "./lake-location.ts";
import { parseWith } from "./parse-with.ts";
import { SnowflakeConnection } from "./snowflake-connection.ts";
import { strict } from "./strict.ts";

export const slug = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, {
  error: "expected a name of lower-case letters, digits and -, starting with a letter, of at most 63 characters",
});

export const Environment = strict({ snowflake: SnowflakeConnection, lake: LakeLocation });
export type Environment = z.output<typeof Environment>;

export const Platform = strict({
  name: slug,
  environments: z
    .record(slug, Environment)
    .refine((environments) => Object.keys(environments).length > 0, { error: "expected at least one environment" })
    .readonly(),
  /** Put on everything that can carry tags. */
  tags: z.record(z.string().min(1), z.string()).readonly().default({}),
});
/** What a team runs on, in normal form. */
export type Platform = z.output<typeof Platform>;
export type PlatformInput = z.input<typeof Platform>;

/** What a team runs on, declared once. Throws DEFINITION_INVALID naming every problem. */
export function definePlatform(definition: PlatformInput): Platform {
  return parseWith(Platform, definition, "The platform");
}
