import { inspect } from "node:util";
import { z } from "zod";
import { coreError } from "../errors/index.ts";

/** A name for a secret, never the secret: `env:SNOWFLAKE_PASSWORD`, `file:/run/secrets/key`, `aws:arn:aws:secretsmanager:…`. */
export const SecretRef = z.strictObject({
  secret: z.string().regex(/^[a-z][a-z0-9-]*:.+/, "expected scheme:name, such as env:SNOWFLAKE_PASSWORD"),
});
export type SecretRef = z.infer<typeof SecretRef>;

/** A reference from its text, `scheme:name`. Throws a ZodError when it has no scheme. */
export const secretRef = (reference: string): SecretRef => SecretRef.parse({ secret: reference });

/** A value that shows itself nowhere but where it is revealed on purpose. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return "[secret]";
  }
  toJSON(): string {
    return "[secret]";
  }
  [inspect.custom](): string {
    return "[secret]";
  }
}

export interface GetSecretOptions {
  readonly signal?: AbortSignal;
  /**
   * Of a secret that is being rotated: the one in use, the one that is about to be, the one that was before. A source that
   * keeps no versions answers with the one that it has. @default "current"
   */
  readonly version?: SecretVersion;
  /** Asks the source and no cache: for a caller to whom the last answer was of no use. @default false */
  readonly refresh?: boolean;
}
export type SecretVersion = "current" | "pending" | "previous";

export interface Secrets {
  /** Throws SECRET_NOT_FOUND, naming the reference and what to do; also when there is no such version. May be retried. */
  get(ref: SecretRef, options?: GetSecretOptions): Promise<Secret>;
}

/** Secrets by their references, for tests. */
export function memorySecrets(values: Readonly<Record<string, string>>): Secrets {
  return {
    async get(ref) {
      const value = values[ref.secret];
      if (value === undefined) {
        throw coreError(
          "SECRET_NOT_FOUND",
          `No secret is known as ${ref.secret}; known here: ${Object.keys(values).join(", ") || "none"}.`,
        );
      }
      return new Secret(value);
    },
  };
}
