import { styleText } from "node:util";

export type Tone = "bold" | "dim" | "green" | "red" | "yellow" | "cyan";

/** Text in a tone, or the text itself where colours are off. */
export type Paint = (tone: Tone, text: string) => string;

export function openPaint(colored: boolean): Paint {
  return colored ? (tone, text) => styleText(tone, text, { validateStream: false }) : (_, text) => text;
}
