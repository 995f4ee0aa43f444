import { SnowflakeConnection } from "@snowmelt/core/definition";
import { cliError } from "./cli-error.ts";

/** What may be said on the command line; who one is stays in the definition, as a reference to a secret. */
const names = ["account", "host", "port", "protocol", "user", "role", "warehouse", "database", "schema"] as const;

/** Where the schema's own words speak of types; the others say what is expected. */
const expectedOf: Readonly<Partial<Record<(typeof names)[number], string>>> = {
  port: "expected a whole number from 1 to 65535",
  protocol: "expected https or http",
};

/** `["host=127.0.0.1", "port=7676"]` as what to take instead of the definition's. */
export function connectionOverride(settings: readonly string[]): Partial<SnowflakeConnection> {
  return Object.fromEntries(settings.map(parseSetting));
}

function parseSetting(setting: string): readonly [name: string, value: string | number] {
  const [, name = "", text = ""] = /^([^=]*)=(.*)$/s.exec(setting) ?? [];
  const known = names.find((candidate) => candidate === name);
  if (known === undefined || text === "") {
    throw cliError(
      "USAGE",
      `--connection takes name=value with one of ${names.join(", ")}, got ${JSON.stringify(name || setting)}.`,
    );
  }
  const value = known === "port" && /^\d+$/.test(text) ? Number(text) : text;
  const parsed = SnowflakeConnection.shape[known].safeParse(value);
  if (parsed.success) return [known, value];
  const expected = expectedOf[known] ?? parsed.error.issues.map(({ message }) => message).join("; ");
  throw cliError("USAGE", `--connection ${known}: ${expected}, got ${JSON.stringify(text)}.`);
}
