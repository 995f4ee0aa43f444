import { lakeError } from "../lake-error.ts";

/** A key below the table's root as the URI (RFC 2396) that an action's `path` holds. `=` stays, as readers write it. */
export function encodeDataPath(key: string): string {
  return key
    .split("/")
    .map((segment) => encodeURIComponent(segment).replaceAll("%3D", "="))
    .join("/");
}

/** The key below the table's root that an action's `path` names; an absolute URI stays as it is. */
export function decodeDataPath(path: string): string {
  if (!path.includes("%") || isAbsoluteDataPath(path)) return path;
  try {
    return decodeURIComponent(path);
  } catch (cause) {
    throw lakeError("DELTA_LOG_INVALID", `The path ${JSON.stringify(path)} is not percent-encoded UTF-8.`, { cause });
  }
}

export function isAbsoluteDataPath(path: string): boolean {
  return /^([A-Za-z][A-Za-z0-9+.-]*:|\/)/.test(path);
}
