/** What a terminal shows of what is written to it: the few sequences that the display uses, and wrapping. */
export interface Screen {
  write(text: string): void;
  /** Lines without trailing blanks or colours. */
  lines(): string[];
}

export function openScreen(columns: number): Screen {
  const lines: string[] = [""];
  let row = 0;
  let column = 0;
  const line = (at: number): string => lines[at] ?? "";
  const put = (character: string): void => {
    if (column === columns) {
      row += 1;
      column = 0;
    }
    while (lines.length <= row) lines.push("");
    const padded = line(row).padEnd(column);
    lines[row] = padded.slice(0, column) + character + padded.slice(column + 1);
    column += 1;
  };
  return {
    write(text) {
      for (const [token, up, erase, color] of text.matchAll(/\u001b\[(\d+)A|(\u001b\[J)|(\u001b\[[0-9;]*m)|[\s\S]/gu)) {
        if (up !== undefined) row = Math.max(0, row - Number(up));
        else if (erase !== undefined) {
          lines[row] = line(row).slice(0, column);
          lines.length = row + 1;
        } else if (color !== undefined) continue;
        else if (token === "\r") column = 0;
        else if (token === "\n") {
          row += 1;
          column = 0;
          while (lines.length <= row) lines.push("");
        } else put(token);
      }
    },
    lines: () => lines.map((text) => text.trimEnd()),
  };
}
