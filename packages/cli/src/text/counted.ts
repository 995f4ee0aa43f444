import { countText } from "@snowmelt/pipeline/report";

/** `1 file`, `3,000 files`; for words that take an `s`. */
export function counted(count: number, word: string): string {
  return `${countText(count)} ${word}${count === 1 ? "" : "s"}`;
}
