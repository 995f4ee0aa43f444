import { Channel } from "@snowmelt/core/definition";
import { errorFactory } from "@snowmelt/core/errors";
import { queueNames } from "@snowmelt/core/functions";
import { z } from "zod";

const appError = errorFactory({
  FUNCTION_MISCONFIGURED: { category: "definition", summary: "A function's environment lacks what it needs." },
});

const json = <S extends z.ZodType>(schema: S) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: "custom", message: "expected JSON" });
        return z.NEVER;
      }
    })
    .pipe(schema);

const url = z.url({ protocol: /^https?$/, error: "expected the URL of a queue" });

/** What functions are told by their environment, one variable a thing; each names those that it needs. */
export const variables = {
  /** Of the platform: `prod`. */
  SNOWMELT_ENVIRONMENT: z.string().min(1),
  /** The table of the engine's stores. */
  STATE_TABLE: z.string().min(1),
  /** Where definitions, receipts and what goes from stage to stage lie: `s3://bucket/prefix`. */
  STATE_ROOT: z.string().regex(/^s3:\/\/[^/]+(\/.*)?$/, { error: "expected s3://bucket/prefix" }),
  /** URLs of queues by their names in the catalogue, as JSON: those that the function may send to. */
  QUEUE_URLS: json(z.partialRecord(z.enum(queueNames), url)),
  /** Where goes what nobody can take. */
  DEAD_LETTER_QUEUE_URL: url,
  /** The platform's bus. */
  EVENT_BUS: z.string().min(1),
  /** The channels of the environment's alerts by their names, as the definition has them, as JSON. */
  ALERT_CHANNELS: json(z.record(z.string(), Channel)),
  /** Whose topics those are that are named without an ARN. */
  ACCOUNT_ID: z.string().regex(/^\d{12}$/, { error: "expected the twelve digits of an account" }),
  /** The longest that a function of this deployment lives, and what clocks differ by. @default that of functions that live 15 minutes */
  DISPATCH_SECONDS: z
    .string()
    .regex(/^[1-9]\d{0,4}$/, { error: "expected whole seconds" })
    .transform(Number)
    .optional(),
  /** How long runs are kept after their end. @default 90 */
  RETENTION_DAYS: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, { error: "expected whole days" })
    .default("90")
    .transform(Number),
  /** Set by Lambda itself. */
  AWS_REGION: z.string().min(1),
  /** How the user whose key is rotated reaches Snowflake, as JSON: account, host, username, role. */
  SNOWFLAKE_CONNECTION: json(
    z.strictObject({
      account: z.string().min(1),
      username: z.string().min(1),
      host: z.string().exactOptional(),
      port: z.int().exactOptional(),
      protocol: z.enum(["http", "https"]).exactOptional(),
      role: z.string().exactOptional(),
    }),
  ),
} as const;
export type VariableName = keyof typeof variables;

export type Config<N extends VariableName> = { readonly [name in N]: z.output<(typeof variables)[name]> };

/** The named variables of this process's environment. FUNCTION_MISCONFIGURED naming each that is missing or wrong; never a value. */
export function readConfig<N extends VariableName>(
  names: readonly N[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Config<N> {
  const found: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const name of names) {
    const text = environment[name];
    const parsed = variables[name].safeParse(text);
    if (parsed.success) found[name] = parsed.data;
    else if (text === undefined) problems.push(`${name} is not set`);
    else
      problems.push(
        `${name}: ${parsed.error.issues.map(({ path, message }) => [...path, message].join(": ")).join("; ")}`,
      );
  }
  if (problems.length > 0) {
    throw appError(
      "FUNCTION_MISCONFIGURED",
      `The function's environment is not as it has to be: ${problems.join(". ")}.`,
    );
  }
  return found as Config<N>;
}
