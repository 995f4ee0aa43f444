import { spawn } from "node:child_process";
import { constants } from "node:os";
import { sep } from "node:path";
import { fileURLToPath } from "node:url";

// The driver parses result chunks of 16 MB into many small objects and buffers. A small heap that grows by little is
// collected sooner, and buffers are freed in the collection that finds them dead, not by a thread behind it.
const smallHeap = [
  "--max-old-space-size=512",
  "--max-semi-space-size=4",
  "--heap-growing-percent=10",
  "--no-concurrent-array-buffer-sweeping",
];
// glibc keeps freed memory for itself, an arena a thread, unless it is told otherwise; other systems ignore this.
const allocator = { MALLOC_ARENA_MAX: "2", MALLOC_MMAP_THRESHOLD_: "65536" };
const passedOn = ["SIGINT", "SIGTERM", "SIGHUP"];
/** As shells say it of a command that is there and cannot be started. */
const notStarted = 126;

/**
 * Does the work in a second process, because what bounds its memory has to be said when a process starts; docs/cli.md tells
 * how to say something else. In the repository it runs the sources; where it is installed it runs the build, as Node strips
 * no types below node_modules. The channel to it carries no messages: its end tells the worker that this process is gone.
 */
export function startWorker(argv) {
  const child = spawnWorker(argv);
  if (child === null) return;
  for (const signal of passedOn) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    if (child.pid === undefined) tellNotStarted(error);
    else console.error(`snowmelt: ${error.message}`);
  });
  child.on("exit", tellEnd);
}

function spawnWorker(argv) {
  const installed = fileURLToPath(import.meta.url).includes(`${sep}node_modules${sep}`);
  const program = installed ? ["./installed.js"] : ["../src/main.ts", "--conditions=@snowmelt/source"];
  const [script, ...conditions] = program;
  const heap = (process.env.NODE_OPTIONS ?? "").includes("max-old-space-size") ? [] : smallHeap;
  try {
    return spawn(process.execPath, [...heap, ...conditions, fileURLToPath(new URL(script, import.meta.url)), ...argv], {
      stdio: ["inherit", "inherit", "inherit", "ipc"],
      env: { ...allocator, ...process.env },
    });
  } catch (error) {
    // Some reasons come as an event, others, such as too little memory, are thrown.
    tellNotStarted(error);
    return null;
  }
}

function tellNotStarted({ message }) {
  console.error(
    `snowmelt: the process that does the work could not be started with ${process.execPath}: ${message}. Nothing was done. Is that Node still there, and are memory and processes left on this machine?`,
  );
  process.exitCode = notStarted;
}

function tellEnd(code, signal) {
  if (signal === null) process.exitCode = code ?? 1;
  else if (passedOn.includes(signal)) process.exitCode = 130;
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
}
