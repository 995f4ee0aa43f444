import { displayWidth, padEnd, padStart } from "./display-width.ts";
import type { Paint } from "./paint.ts";

export interface TableColumn {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** Columns as wide as their widest cell, two spaces apart, a dimmed title line above. Cells may hold colours. */
export function tableText(columns: readonly TableColumn[], rows: readonly (readonly string[])[], paint: Paint): string {
  const widths = columns.map(({ title }, index) =>
    Math.max(displayWidth(title), ...rows.map((row) => displayWidth(row[index] ?? ""))),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, index) => (align === "right" ? padStart : padEnd)(cells[index] ?? "", widths[index] ?? 0))
      .join("  ")
      .trimEnd();
  const title = paint("dim", line(columns.map((column) => column.title)));
  return `${[title, ...rows.map(line)].join("\n")}\n`;
}
