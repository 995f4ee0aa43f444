#!/usr/bin/env node
// Committed, not built: npm links no bin that is not there at install time. In the repository it runs the sources;
// where it is installed it runs the build, as Node strips no types below node_modules.
import { spawn } from "node:child_process";
import { sep } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(import.meta.url);

if (here.includes(`${sep}node_modules${sep}`)) {
  const { leave, main } = await import(new URL("../dist/index.js", import.meta.url).href);
  leave(await main(process.argv.slice(2)));
} else {
  const source = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@snowmelt/source", source, ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = signal ? 130 : (code ?? 1);
  });
}
