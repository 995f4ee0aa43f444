import { z } from "zod";

/** An error as it is shown: what kind, what happened, and what it came from. */
export interface Failure {
  readonly code: string;
  readonly category: string;
  readonly message: string;
  /** The chain of causes, outermost first; each a line. */
  readonly causes: readonly string[];
}

/** By shape, not by class: a pipeline file may bring a copy of the core package of its own. */
const Known = z.object({
  name: z.literal("SnowmeltError"),
  code: z.string(),
  category: z.string(),
  message: z.string(),
});

/** Any thrown value as a failure. One that is not ours is a defect of ours: `INTERNAL`. */
export function toFailure(error: unknown): Failure {
  const known = Known.safeParse(error);
  if (known.success) {
    const { code, category, message } = known.data;
    return { code, category, message, causes: causesOf(error) };
  }
  if (error instanceof Error && error.name === "AbortError") {
    return { code: "ABORTED", category: "aborted", message: "Stopped before it was done.", causes: causesOf(error) };
  }
  return {
    code: "INTERNAL",
    category: "internal",
    message: `Something failed that should not: ${lineOf(error)}. Please report it, with what --verbose shows.`,
    causes: causesOf(error),
  };
}

const maxCauses = 8;

function causesOf(error: unknown): string[] {
  const causes: string[] = [];
  for (let cause = causeOf(error); cause !== undefined && causes.length < maxCauses; cause = causeOf(cause)) {
    causes.push(lineOf(cause));
  }
  return causes;
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function lineOf(error: unknown): string {
  if (!(error instanceof Error)) return scrub(String(error));
  const code = "code" in error && typeof error.code === "string" ? ` ${error.code}` : "";
  return scrub(`${error.name}${code}: ${error.message}`);
}

/** Errors of other people's code may quote an address; what follows its `?` signs chunk URLs. */
function scrub(text: string): string {
  return text
    .replace(/(https?:\/\/[^\s?#"']+)[?#][^\s"']*/gi, "$1?…")
    .replace(/(\b(?:token|password|qrmk)["']?\s*[:=]\s*)\S+/gi, "$1…");
}
