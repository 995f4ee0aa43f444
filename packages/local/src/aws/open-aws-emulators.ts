import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { lockDataFolder } from "../server/data-lock.ts";
import { toAwsEnvironment } from "./aws-environment.ts";
import { awsError } from "./aws-error.ts";
import { AwsEmulatorsConfig, type AwsService } from "./config.ts";
import type { EmulatorProgram } from "./emulator-program.ts";
import { findFreePort, isFree } from "./free-port.ts";
import { ministack } from "./ministack.ts";
import { moto } from "./moto.ts";
import { ensureEnvironment } from "./python-environment.ts";
import { type RunningEmulator, startEmulator } from "./start-emulator.ts";

export interface OpenAwsEmulatorsOptions extends z.input<typeof AwsEmulatorsConfig> {
  /** Gives the start up; once the emulators run it has no effect. */
  readonly signal?: AbortSignal;
  /** Told what the start is doing, a line at a time. */
  readonly onProgress?: (text: string) => void;
}

/** A running local AWS, on loopback. Disposing stops it, and removes its folder unless that was named. */
export interface AwsEmulators extends AsyncDisposable {
  /** Of ministack, or of moto where it runs alone: `http://127.0.0.1:port`. */
  readonly endpoint: string;
  /** Of moto, where it runs. */
  readonly motoEndpoint?: string;
  readonly region: string;
  readonly accountId: string;
  /** The account's root. An access key of twelve digits names its account to both emulators. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** What to run a program with so that its AWS clients find this AWS. */
  readonly env: Readonly<Record<string, string>>;
  /** Process ids of the emulators. */
  readonly pids: readonly number[];
  /** Settles when one of them has ended, by whatever cause. */
  readonly ended: Promise<void>;
  /** Empties all of them. @throws AWS_RESET_FAILED */
  reset(signal?: AbortSignal): Promise<void>;
}

const programs: Readonly<Record<AwsService, EmulatorProgram>> = { ministack, moto };
/** Another program may take a port between its finding and its use. */
const PORT_ATTEMPTS = 3;

/**
 * Starts the AWS emulators, each in a Python environment that is made the first time (about half a minute), and waits
 * until they answer (about half a second). They end with this process, however it ends.
 * @throws AWS_CONFIG_INVALID, AWS_PYTHON_MISSING, AWS_INSTALL_FAILED, AWS_PORT_TAKEN, AWS_START_FAILED, LOCAL_DATA_IN_USE
 */
export async function openAwsEmulators(options: OpenAwsEmulatorsOptions = {}): Promise<AwsEmulators> {
  const { signal, onProgress, ...given } = options;
  const config = parseConfig(given);
  signal?.throwIfAborted();
  const directory = config.directory ?? (await mkdtemp(join(tmpdir(), "snowmelt-aws-")));
  const closers: (() => Promise<void>)[] = [];
  if (config.directory === undefined) closers.push(() => rm(directory, { recursive: true, force: true }));
  const close = async () => {
    for (const one of closers.splice(0).reverse()) await one();
  };
  try {
    await mkdir(directory, { recursive: true });
    const lock = await lockDataFolder(directory);
    closers.push(async () => lock[Symbol.asyncDispose]());
    const running: Partial<Record<AwsService, RunningEmulator>> = {};
    for (const service of new Set(config.services)) {
      const started = await start(programs[service], { config, directory, signal, onProgress });
      closers.push(started.stop);
      running[service] = started;
    }
    return describe(config, running, close);
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Makes the Python environments of the emulators where they are not there yet, so that a later start takes no time. It may
 * be repeated, and run by several processes at once.
 * @throws AWS_PYTHON_MISSING, AWS_INSTALL_FAILED
 */
export async function ensureAwsEmulators(
  options: Pick<OpenAwsEmulatorsOptions, "services" | "cacheDirectory" | "signal" | "onProgress"> = {},
): Promise<void> {
  const { services = ["ministack"], ...rest } = options;
  for (const service of services) await ensureEnvironment(programs[service], rest);
}

function parseConfig(given: z.input<typeof AwsEmulatorsConfig>): AwsEmulatorsConfig {
  const parsed = AwsEmulatorsConfig.safeParse(given);
  if (!parsed.success)
    throw awsError("AWS_CONFIG_INVALID", `The local AWS cannot be started so:\n${z.prettifyError(parsed.error)}`);
  if (parsed.data.persist && parsed.data.directory === undefined)
    throw awsError(
      "AWS_CONFIG_INVALID",
      "The local AWS cannot persist in a temporary folder, which goes when it is closed: name a directory as well.",
    );
  return parsed.data;
}

interface Starting {
  readonly config: AwsEmulatorsConfig;
  readonly directory: string;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((text: string) => void) | undefined;
}

async function start(program: EmulatorProgram, starting: Starting): Promise<RunningEmulator> {
  const { config, signal, onProgress } = starting;
  const python = await ensureEnvironment(program, { cacheDirectory: config.cacheDirectory, onProgress, signal });
  const directory = join(starting.directory, program.name);
  await mkdir(directory, { recursive: true });
  const { region, accountId, enforceIam, persist, startTimeoutMs } = config;
  const asked = program.name === "ministack" ? config.port : 0;
  if (asked !== 0 && !(await isFree(asked)))
    throw awsError(
      "AWS_PORT_TAKEN",
      `Port ${asked} of 127.0.0.1 is taken by another program: name another, or 0 for a free one.`,
    );
  for (let attempt = 1; ; attempt++) {
    const port = asked === 0 ? await findFreePort() : asked;
    const options = { python, port, directory, region, accountId, enforceIam, persist, startTimeoutMs, signal };
    try {
      return await startEmulator(program, options);
    } catch (error) {
      signal?.throwIfAborted();
      if (asked !== 0 || attempt === PORT_ATTEMPTS || (await isFree(port))) throw error;
    }
  }
}

function describe(
  { region, accountId }: AwsEmulatorsConfig,
  running: Partial<Record<AwsService, RunningEmulator>>,
  close: () => Promise<void>,
): AwsEmulators {
  const emulators = Object.values(running);
  const motoEndpoint = running.moto?.endpoint;
  const endpoint = running.ministack?.endpoint ?? motoEndpoint;
  if (endpoint === undefined) throw new TypeError("At least one emulator was started.");
  const credentials = { accessKeyId: accountId, secretAccessKey: "local" };
  return {
    endpoint,
    ...(motoEndpoint === undefined ? {} : { motoEndpoint }),
    region,
    accountId,
    credentials,
    env: toAwsEnvironment({ endpoint, motoEndpoint, region, credentials }),
    pids: emulators.map(({ pid }) => pid),
    ended: Promise.race(emulators.map(({ ended }) => ended)),
    async reset(signal) {
      for (const emulator of emulators) await emulator.reset(signal);
    },
    [Symbol.asyncDispose]: close,
  };
}
