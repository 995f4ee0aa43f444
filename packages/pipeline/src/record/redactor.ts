import type { Secret, Secrets } from "@snowmelt/core/ports";
import type { z } from "zod";

/** Replaces every secret that was handed out in this run, wherever it may turn up in text. The last line of defence, not the first. */
export interface Redactor {
  redact(text: string): string;
  /**
   * The same in every text of plain data, read by its schema again. Where that fails, a secret is a word of the schema itself,
   * such as the name of a stage, and the data is left as it is: that word gives nothing away.
   */
  redactIn<T>(schema: z.ZodType<T>, data: T): T;
}

/** Secrets as before, remembering what was revealed to whom; and a redactor that knows them. */
export function rememberSecrets(secrets: Secrets): { secrets: Secrets; redactor: Redactor } {
  const known = new Set<string>();
  const remember = (secret: Secret): Secret => {
    const value = secret.reveal();
    if (value.length >= 4)
      for (const form of [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]) known.add(form);
    return secret;
  };
  const redact = (text: string): string => {
    let clean = text;
    for (const value of known) clean = clean.replaceAll(value, "[secret]");
    return clean;
  };
  return {
    secrets: { get: async (ref, options) => remember(await secrets.get(ref, options)) },
    redactor: {
      redact,
      redactIn(schema, data) {
        const parsed = schema.safeParse(mapTexts(data, redact));
        return parsed.success ? parsed.data : data;
      },
    },
  };
}

function mapTexts(data: unknown, change: (text: string) => string): unknown {
  if (typeof data === "string") return change(data);
  if (Array.isArray(data)) return data.map((item) => mapTexts(item, change));
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [change(name), mapTexts(value, change)]));
}
