import { readFile } from "node:fs/promises";
import { coreError } from "@snowmelt/core/errors";
import { Secret, type Secrets } from "@snowmelt/core/ports";

/**
 * Secrets of this machine: `env:NAME` from the environment handed in, `file:/path` from a file (one trailing line feed is
 * not part of it). Other schemes belong to their own resolvers.
 */
export function systemSecrets(environment: Readonly<Record<string, string | undefined>>): Secrets {
  return {
    async get({ secret }) {
      const [scheme, ...rest] = secret.split(":");
      const name = rest.join(":");
      if (scheme === "env") {
        const value = environment[name];
        if (value === undefined || value === "") {
          throw coreError(
            "SECRET_NOT_FOUND",
            `The environment variable ${name} is not set; the definition names it as ${secret}.`,
          );
        }
        return new Secret(value);
      }
      if (scheme === "file") return new Secret(await readSecretFile(name));
      throw coreError("SECRET_NOT_FOUND", `Expected a secret reference of scheme env: or file:, got ${secret}.`);
    },
  };
}

async function readSecretFile(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).replace(/\r?\n$/, "");
  } catch (cause) {
    throw coreError("SECRET_NOT_FOUND", `The secret file ${path} cannot be read.`, { cause });
  }
}
