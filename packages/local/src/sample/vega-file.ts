import path from "node:path";
import { fileURLToPath } from "node:url";

/** The path of a data file of the npm package `vega-datasets`, as a DuckDB text literal. */
export function vegaFile(name: string): string {
  const entry = fileURLToPath(import.meta.resolve("vega-datasets"));
  return `'${path.join(path.dirname(entry), "..", "data", name).replaceAll("'", "''")}'`;
}
