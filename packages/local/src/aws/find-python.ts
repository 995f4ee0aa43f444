import { awsError } from "./aws-error.ts";
import { runProgram } from "./run-program.ts";

export interface Python {
  readonly path: string;
  /** Such as "3.11". */
  readonly version: string;
}

const OLDEST_MINOR = 11;
const CANDIDATES = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];
const PROBE = "import sys; print('%d.%d' % sys.version_info[:2], sys.executable); import venv, ensurepip";
const HOW_TO_GET_IT =
  "Get one by apt-get install python3 python3-venv, brew install python@3.12, or from https://www.python.org/downloads; " +
  "if it is there under another name, set SNOWMELT_PYTHON to its path.";

/**
 * Finds a Python that can make environments: the one that is named, else the first of the usual names.
 * @throws AWS_PYTHON_MISSING, saying what was looked at and how to get one.
 */
export async function findPython(named: string | undefined, signal?: AbortSignal): Promise<Python> {
  const rejected: string[] = [];
  for (const candidate of named === undefined ? CANDIDATES : [named]) {
    const found = await probe(candidate, signal);
    if (typeof found !== "string") return found;
    rejected.push(`${candidate} ${found}`);
  }
  throw awsError(
    "AWS_PYTHON_MISSING",
    `The local AWS needs Python 3.${OLDEST_MINOR} or later with venv. Looked at: ${rejected.join("; ")}. ${HOW_TO_GET_IT}`,
    { details: { rejected } },
  );
}

/** The Python, or why it is of no use. */
async function probe(candidate: string, signal: AbortSignal | undefined): Promise<Python | string> {
  const ran = await runProgram(candidate, ["-c", PROBE], signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    return error instanceof Error && "code" in error && error.code === "ENOENT" ? undefined : Promise.reject(error);
  });
  const [, version, path] = /^(\d+\.\d+) (.+)$/m.exec(ran?.stdout ?? "") ?? [];
  if (ran === undefined || version === undefined || path === undefined) return "was not found";
  const [major, minor] = version.split(".").map(Number);
  if (major !== 3 || minor === undefined || minor < OLDEST_MINOR) return `is Python ${version}`;
  return ran.code === 0 ? { path, version } : `is Python ${version} without venv or ensurepip`;
}
