/** `3,000,000`; exact for safe integers, two decimals at most otherwise. */
export function countText(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const [whole = "0", fraction] = String(Math.round(Math.abs(value) * 100) / 100).split(".");
  if (whole.includes("e")) return String(value);
  return `${value < 0 ? "-" : ""}${grouped(whole)}${fraction ? `.${fraction}` : ""}`;
}

/** Digit groups for a number of any length that is held as text; other text as it is. */
export function groupedText(text: string): string {
  const match = /^(-?)(\d+)(\.\d+)?$/.exec(text);
  if (match === null) return text;
  const [, sign = "", whole = "", fraction = ""] = match;
  return `${sign}${grouped(whole)}${fraction}`;
}

/** Short enough for an axis: `950`, `1.2 k`, `3 M`. */
export function shortCountText(value: number): string {
  return scaled(value, 1000, ["", " k", " M", " G", " T", " P"]);
}

/** Decimal units, as definitions write them (`128 MB` is 128,000,000 bytes): `0 B`, `31.4 MB`. */
export function bytesText(bytes: number): string {
  return scaled(bytes, 1000, [" B", " kB", " MB", " GB", " TB", " PB"]);
}

/** `12 ms`, `3.4 s`, `10 s`, `2 min 05 s`, `1 h 02 min`. */
export function durationText(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return "–";
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1).replace(/\.0$/, "")} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${two(seconds % 60)} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** Rows a second as a whole number; `null` when no time has passed. */
export function rowsPerSecond(rows: number, ms: number): number | null {
  return ms > 0 ? Math.round((rows * 1000) / ms) : null;
}

/** `2026-11-23 12:31:47 UTC` */
export function instantText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `0 %`, `0.4 %`, `12 %`; never `100 %` for less than all, nor `0 %` for more than none. */
export function percentText(part: number, whole: number): string {
  if (whole <= 0) return "–";
  const percent = (part / whole) * 100;
  if (part > 0 && percent < 0.1) return "< 0.1 %";
  if (part < whole && percent > 99.9) return "> 99.9 %";
  return `${percent >= 10 || Number.isInteger(percent) ? Math.round(percent) : percent.toFixed(1)} %`;
}

function scaled(value: number, base: number, units: readonly string[]): string {
  let rest = Math.abs(value);
  let step = 0;
  while (rest >= base * 0.9995 && step < units.length - 1) {
    rest /= base;
    step += 1;
  }
  const digits = rest >= 100 || Number.isInteger(rest) ? 0 : rest >= 10 ? 1 : 2;
  const text = rest
    .toFixed(digits)
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
  return `${value < 0 ? "-" : ""}${text}${units[step] ?? ""}`;
}

const two = (value: number): string => String(value).padStart(2, "0");

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ",");
