#!/usr/bin/env node
// Committed, not built: npm links no bin that is not there at install time. In the repository it runs the sources; where
// it is installed it runs the build, as Node strips no types below node_modules. The work is done by a second process,
// because what bounds its memory has to be said when a process starts; docs/cli.md tells how to say something else.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { sep } from "node:path";
import { fileURLToPath } from "node:url";

const installed = fileURLToPath(import.meta.url).includes(`${sep}node_modules${sep}`);
const program = installed ? ["./installed.js"] : ["../src/main.ts", "--conditions=@snowmelt/source"];
const [script, ...conditions] = program;

// The driver parses result chunks of 16 MB into many small objects and buffers. A small heap that grows by little is
// collected sooner, and buffers are freed in the collection that finds them dead, not by a thread behind it.
const smallHeap = [
  "--max-old-space-size=512",
  "--max-semi-space-size=4",
  "--heap-growing-percent=10",
  "--no-concurrent-array-buffer-sweeping",
];
const heap = (process.env.NODE_OPTIONS ?? "").includes("max-old-space-size") ? [] : smallHeap;
// glibc keeps freed memory for itself, an arena a thread, unless it is told otherwise; other systems ignore this.
const allocator = { MALLOC_ARENA_MAX: "2", MALLOC_MMAP_THRESHOLD_: "65536" };

const child = spawn(
  process.execPath,
  [...heap, ...conditions, fileURLToPath(new URL(script, import.meta.url)), ...process.argv.slice(2)],
  { stdio: "inherit", env: { ...allocator, ...process.env } },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  if (signal === null) process.exitCode = code ?? 1;
  else if (["SIGINT", "SIGTERM", "SIGHUP"].includes(signal)) process.exitCode = 130;
  else {
    // V8 aborts where its heap is full; the system kills where its memory is.
    const heapIsFull = signal === "SIGABRT";
    const remedy = "Lower extract.parallel or extract.batchRows";
    console.error(
      heapIsFull
        ? `snowmelt: out of memory. ${remedy}, or give it more: NODE_OPTIONS=--max-old-space-size=2048.`
        : `snowmelt: the process was killed by ${signal}${signal === "SIGKILL" ? ` (out of memory?). ${remedy}, or run it where there is more` : ""}. Nothing half-done is visible; the next run goes on from there.`,
    );
    process.exitCode = heapIsFull ? 1 : 128 + constants.signals[signal];
  }
});
