import type { Secret, Secrets } from "@snowmelt/core/ports";

/** Replaces every secret that was handed out in this run, wherever it may turn up in text. The last line of defence, not the first. */
export interface Redactor {
  redact(text: string): string;
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
  return {
    secrets: { get: async (ref, options) => remember(await secrets.get(ref, options)) },
    redactor: {
      redact(text) {
        let clean = text;
        for (const value of known) clean = clean.replaceAll(value, "[secret]");
        return clean;
      },
    },
  };
}
