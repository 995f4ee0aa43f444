import { spawnSync } from "node:child_process";

const OLDEST_MINOR = 11;
const CANDIDATES = ["python3", "python3.13", "python3.12", "python3.11", "python"];
const HOW_TO_GET_IT = [
  "  Debian, Ubuntu: apt-get install python3 python3-venv",
  "  macOS:          brew install python@3.12",
  "  any:            https://www.python.org/downloads",
  "If it is there under another name, set SNOWMELT_PYTHON to its path.",
].join("\n");

export interface Python {
  readonly path: string;
  /** Such as "3.11". */
  readonly version: string;
}

/** Finds a Python that can make environments. Throws, naming what was looked at and how to get one. */
export function findPython(): Python {
  const named = process.env.SNOWMELT_PYTHON;
  const rejected: string[] = [];
  for (const candidate of named === undefined ? CANDIDATES : [named]) {
    const found = probe(candidate);
    if (found.kind === "usable") return found.python;
    rejected.push(`  ${candidate}: ${found.reason}`);
  }
  throw new Error(
    `Python 3.${OLDEST_MINOR} or later, with venv, is needed by the tests: independent readers judge what Snowmelt writes.\n` +
      `Looked at:\n${rejected.join("\n")}\nHow to get it:\n${HOW_TO_GET_IT}`,
  );
}

type Probe = { kind: "usable"; python: Python } | { kind: "rejected"; reason: string };

function probe(candidate: string): Probe {
  const script = "import sys; print('%d.%d' % sys.version_info[:2], sys.executable); import venv, ensurepip";
  const run = spawnSync(candidate, ["-c", script], { encoding: "utf8" });
  const [version, path] = (run.stdout ?? "").trim().split(" ");
  if (version === undefined || path === undefined) return { kind: "rejected", reason: "not found" };
  const [major, minor] = version.split(".").map(Number);
  if (major !== 3 || minor === undefined || minor < OLDEST_MINOR) {
    return { kind: "rejected", reason: `is Python ${version}` };
  }
  if (run.status !== 0) return { kind: "rejected", reason: `is Python ${version} without venv or ensurepip` };
  return { kind: "usable", python: { path, version } };
}
