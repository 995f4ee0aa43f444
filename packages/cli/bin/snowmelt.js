#!/usr/bin/env node
// Committed, not built: npm links no bin that is not there at install time. Only syntax that Nodes know which are too old for
// the command: they are told what is needed, not that they cannot read the file.
import { readFileSync } from "node:fs";

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const needed = String(manifest.engines.node).replace(/^>=\s*/, "");

if (isOlder(process.versions.node, needed)) {
  const message = `snowmelt needs Node ${needed} or newer; this is Node ${process.versions.node} (${process.execPath}). Install a newer one, or put it first in PATH.`;
  if (process.argv.includes("--json")) {
    console.log(JSON.stringify({ error: { code: "NODE_TOO_OLD", category: "definition", message } }));
  } else console.error(`NODE_TOO_OLD: ${message}`);
  process.exitCode = 2;
} else {
  import("./start-worker.js").then(({ startWorker }) => startWorker(process.argv.slice(2)));
}

function isOlder(found, wanted) {
  const [major, minor] = found.split(".").map(Number);
  const [wantedMajor, wantedMinor] = wanted.split(".").map(Number);
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}
