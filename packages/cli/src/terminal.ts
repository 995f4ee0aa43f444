import type { CliConfig } from "./config.ts";
import { openPaint, type Paint } from "./text/paint.ts";

/** Where the command writes: results to `out`, everything said on the way to `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** `err` is a terminal whose lines can be drawn again. */
  readonly interactive: boolean;
  /** Columns of `err`; 80 where it is no terminal. */
  readonly columns: () => number;
  readonly paintOut: Paint;
  readonly paintErr: Paint;
}

export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface Streams {
  readonly stdout: Stream;
  readonly stderr: Stream;
}

/** The terminal over two streams, with colours where a stream shows them and the settings let it. */
export function openTerminal({ stdout, stderr }: Streams, config: CliConfig): Terminal {
  const colored = (stream: Stream): boolean =>
    !config.noColor && (config.forceColor || (stream.isTTY === true && !config.dumbTerminal));
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    interactive: stderr.isTTY === true && !config.dumbTerminal,
    columns: () => stderr.columns ?? 80,
    paintOut: openPaint(colored(stdout)),
    paintErr: openPaint(colored(stderr)),
  };
}
