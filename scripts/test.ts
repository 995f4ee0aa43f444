import { exitWith } from "./exit-with.ts";
import { runVitest } from "./vitest.ts";

// Every fast test: `npm test`, `npm test -- packages/core`, `npm test -- -t "a name"`, `npm test -- --no-skips`.
await exitWith(() => runVitest(process.argv.slice(2)));
