import type { RunEvent } from "@snowmelt/pipeline";
import type { Terminal } from "../terminal.ts";
import { openBarDisplay } from "./bar-display.ts";
import { openLineDisplay } from "./line-display.ts";

/** Shows a run as it goes. Closing leaves what was shown on the screen and the cursor below it. */
export interface ProgressDisplay extends Disposable {
  show(event: RunEvent): void;
  /** Writes a line of text without disturbing what is drawn. */
  say(text: string): void;
}

/** Bars on a terminal, plain lines elsewhere. */
export function openProgressDisplay(terminal: Terminal): ProgressDisplay {
  return terminal.interactive ? openBarDisplay(terminal) : openLineDisplay(terminal);
}

/** For output that must hold one document alone. */
export const silentDisplay: ProgressDisplay = { show() {}, say() {}, [Symbol.dispose]() {} };
