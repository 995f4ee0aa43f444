import { compilationError } from "../failures.ts";

/** What stands for NULL in a partition's path. */
export const NULL_FOLDER = "__NULL__";

/** The folder of a PARTITION BY value, with a slash at its end. It cannot lead out of the location. */
export function toFolder(value: string | null): string {
  const text = value === null ? NULL_FOLDER : value;
  const steps = text.split("/").filter((step) => step !== "");
  if (steps.some((step) => step === "." || step === "..") || text.includes("\0"))
    throw compilationError(`PARTITION BY made '${text}', which is no path`, "100183", "22000");
  return steps.map((step) => `${step}/`).join("");
}
