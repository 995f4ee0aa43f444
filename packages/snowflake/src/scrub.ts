const patterns: readonly (readonly [RegExp, string])[] = [
  [/\b(https?:\/\/)[^\s"'<>]+/gi, "$1[url]"],
  [/Snowflake Token="?[^"\s]*"?/gi, "Snowflake Token=[secret]"],
  [/\b(ver:\d+-hint:\d+-)[A-Za-z0-9+/=_-]+/g, "$1[secret]"],
  [/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*)?/g, "[token]"],
  [/-----BEGIN [^-]+-----[\s\S]*?(-----END [^-]+-----|$)/g, "[key]"],
  [
    /("?(?:qrmk|token|masterToken|sessionToken|oldSessionToken|password|passcode|privateKey|x-amz-[a-z-]*key|x-amz-security-token|authorization)"?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,}]+)/gi,
    "$1[secret]",
  ],
];

/** Takes out of a foreign text what may be a secret: URLs (chunk URLs are signed), tokens, keys, and the values given. */
export function scrub(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) if (secret.length >= 4) clean = clean.replaceAll(secret, "[secret]");
  for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
  return clean;
}
