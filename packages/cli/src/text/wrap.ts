import { displayWidth } from "./display-width.ts";

/** Breaks each line at spaces so that none is wider than `columns`, where a single word is not; keeps indentation. */
export function wrap(text: string, columns: number): string {
  return text
    .split("\n")
    .flatMap((line) => wrapLine(line, Math.max(columns, 20)))
    .join("\n");
}

function wrapLine(line: string, columns: number): string[] {
  const indent = /^\s*/.exec(line)?.[0] ?? "";
  const lines: string[] = [];
  let current = indent;
  for (const word of line.slice(indent.length).split(" ")) {
    const next = current === indent ? current + word : `${current} ${word}`;
    if (displayWidth(next) > columns && current !== indent) {
      lines.push(current);
      current = indent + word;
    } else {
      current = next;
    }
  }
  lines.push(current);
  return lines;
}
