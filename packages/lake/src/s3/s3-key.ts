import { lakeError } from "../lake-error.ts";

const maxKeyBytes = 1024;

/** The prefix as it stands before every key: empty, or ending at a slash. */
export function toKeyPrefix(prefix: string): string {
  const trimmed = prefix.replace(/\/+$/, "");
  return trimmed === "" ? "" : `${trimmed}/`;
}

/** The key in the bucket. Throws STORE_KEY_INVALID for what S3, or the HTTP below it, would not keep as it is. */
export function toBucketKey(keyPrefix: string, key: string): string {
  if (key === "") throw invalidKey(key, "it is empty");
  if (key.startsWith("/")) throw invalidKey(key, "it starts with a slash");
  if (!key.isWellFormed()) throw invalidKey(key, "it has half of a surrogate pair, which UTF-8 cannot hold");
  if (key.split("/").some((segment) => segment === "." || segment === "..")) {
    throw invalidKey(key, "it has the segment . or ..");
  }
  const full = keyPrefix + key;
  if (Buffer.byteLength(full) > maxKeyBytes) {
    throw invalidKey(key, `with the store's prefix it is longer than ${maxKeyBytes} bytes`);
  }
  return full;
}

/** The prefix of a listing, in the bucket. */
export function toBucketPrefix(keyPrefix: string, prefix: string): string {
  if (!prefix.isWellFormed()) throw invalidKey(prefix, "it has half of a surrogate pair, which UTF-8 cannot hold");
  return keyPrefix + prefix;
}

/** A key of a listing asked for with `EncodingType: url`: XML could not hold every character. */
export function decodeListedKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll("+", " "));
  } catch (cause) {
    throw lakeError("STORE_FAILED", `S3 listed the key ${JSON.stringify(encoded)}, which is not URL-encoded UTF-8.`, {
      cause,
    });
  }
}

function invalidKey(key: string, why: string): Error {
  const shown = key.length > 200 ? `${key.slice(0, 200)}…` : key;
  return lakeError(
    "STORE_KEY_INVALID",
    `${JSON.stringify(shown)} cannot be an object of an S3 store: ${why}. Expected a relative path such as raw/flights/part-1.parquet.`,
    { details: { key: shown } },
  );
}
