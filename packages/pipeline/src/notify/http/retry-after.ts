/** Milliseconds that a Retry-After header asks for: whole seconds, or a date. Undefined for anything else. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const atMs = Date.parse(header);
  return /GMT\s*$/.test(header) && !Number.isNaN(atMs) ? Math.max(0, atMs - nowMs) : undefined;
}
