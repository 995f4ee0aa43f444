import { memorySecrets } from "@snowmelt/core/ports";
import type { CliContext, PipelineEngine } from "../src/cli-context.ts";
import { main } from "../src/index.ts";
import { openTerminal } from "../src/terminal.ts";
import { recordedEvents, recordedManifest } from "./recorded-run.ts";

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this process and keeps what it wrote. */
export async function commandLine(argv: readonly string[], context: Partial<CliContext> = {}): Promise<Ended> {
  let out = "";
  let err = "";
  const config = { noColor: true, forceColor: false, dumbTerminal: false, variables: {}, lake: {} };
  const streams = {
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
  };
  const code = await main(argv, { config, terminal: openTerminal(streams, config), ...context });
  return { code, out, err };
}

/** An engine that answers from a recording and remembers what it was asked. */
export function recordedEngine(engine: Partial<PipelineEngine> = {}) {
  const asked: unknown[] = [];
  const loaded: PipelineEngine = {
    async runPipeline(definition, options) {
      asked.push({ pipeline: definition.name, ...options });
      for (const event of recordedEvents()) options.onEvent?.(event);
      return recordedManifest;
    },
    async runBackfill(definition, options) {
      asked.push({ pipeline: definition.name, ...options });
      return recordedManifest;
    },
    async verifyTables() {
      throw new Error("not recorded");
    },
    async verifyRun() {
      throw new Error("not recorded");
    },
    async verifyTable() {
      throw new Error("not recorded");
    },
    systemSecrets: () => memorySecrets({}),
    async planPipeline() {
      throw new Error("not recorded");
    },
    async runDiscovery() {
      throw new Error("not recorded");
    },
    ...engine,
  };
  return { asked, loadEngine: async () => loaded };
}
