import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** Spark 3.5 runs on these; later ones take away what it needs. */
const VERSIONS = [17, 11, 8];
const HOW_TO_GET_IT = [
  "  Debian, Ubuntu: apt-get install openjdk-17-jre-headless",
  "  macOS:          brew install openjdk@17",
  "  any:            https://adoptium.net",
  "If it is not on the PATH, set JAVA_HOME to its folder.",
].join("\n");

/** Why Spark cannot run here, naming what was looked at and how to get a Java that it runs on; undefined when it can. */
export function findJavaProblem(): string | undefined {
  const home = process.env.JAVA_HOME;
  const java = home === undefined ? "java" : join(home, "bin", "java");
  const { stdout, stderr, error } = spawnSync(java, ["-version"], { encoding: "utf8" });
  // Such as "17.0.15", and "1.8.0_422" for 8.
  const found = /version "(?:1\.)?(\d+)/.exec(`${stderr ?? ""}${stdout ?? ""}`)?.[1];
  if (error === undefined && VERSIONS.includes(Number(found))) return undefined;
  const reason = found === undefined ? "not found" : `is Java ${found}`;
  return (
    `Java ${VERSIONS.join(", ")} is needed by Spark, which judges what Snowmelt writes; its tests are skipped.\n` +
    `Looked at:\n  ${java}: ${reason}\nHow to get it:\n${HOW_TO_GET_IT}`
  );
}
