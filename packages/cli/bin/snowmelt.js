#!/usr/bin/env node
// Committed, not built: npm links no bin that is not there at install time. Runs the build when there is one, else the sources.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const built = new URL("../dist/index.js", import.meta.url);
const source = fileURLToPath(new URL("../src/main.ts", import.meta.url));

if (existsSync(source)) {
  const child = spawn(process.execPath, ["--conditions=@snowmelt/source", source, ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = signal ? 130 : (code ?? 1);
  });
} else {
  const { main } = await import(built.href);
  process.exitCode = await main(process.argv.slice(2));
}
