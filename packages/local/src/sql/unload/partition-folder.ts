import { compilationError } from "../failures.ts";
import type { UnloadFormat } from "./unload-format.ts";

/** The folder of a PARTITION BY value, with a slash at its end. It cannot lead out of the location. */
export function toFolder(value: string | null, nullFolder: UnloadFormat["nullFolder"]): string {
  const text = value ?? nullFolder;
  const steps = text.split("/").filter((step) => step !== "");
  if (steps.some((step) => step === "." || step === "..") || text.includes("\0"))
    throw compilationError(`PARTITION BY made '${text}', which is no path`, "100183", "22000");
  return steps.map((step) => `${step}/`).join("");
}
