import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { z } from "zod";

export const AwsService = z.enum(["ministack", "moto"]);
/** `ministack` has nearly everything; `moto` has SageMaker and Lake Formation, which the other lacks. */
export type AwsService = z.infer<typeof AwsService>;

/** What the local AWS is started with. */
export const AwsEmulatorsConfig = z.strictObject({
  /** Which emulators run. @default ["ministack"] */
  services: z.array(AwsService).min(1).default(["ministack"]),
  /** Applies identity policies; resource policies and signatures stay unchecked. @default false */
  enforceIam: z.boolean().default(false),
  /** Where state and logs are; one start at a time. A temporary folder, gone when closed, unless named. */
  directory: z.string().min(1).optional(),
  /** Keeps what ministack holds from one start over the same directory to the next. moto forgets. @default false */
  persist: z.boolean().default(false),
  /** Port of ministack; 0 takes a free one. @default 0 */
  port: z.int().min(0).max(65_535).default(0),
  /** @default "us-east-1" */
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "expected a region such as eu-central-1")
    .default("us-east-1"),
  /** @default "123456789012" */
  accountId: z
    .string()
    .regex(/^\d{12}$/, "expected 12 digits")
    .default("123456789012"),
  /** Milliseconds an emulator may take to answer after it was started. @default 30_000 */
  startTimeoutMs: z.int().min(1).default(30_000),
  /** Where the Python environments are. @default `SNOWMELT_CACHE`, else the user's cache folder */
  cacheDirectory: z.string().min(1).optional(),
});
export type AwsEmulatorsConfig = z.infer<typeof AwsEmulatorsConfig>;

/** What the machine's environment says of the Python environments. */
export interface PythonConfig {
  /** The Python to make environments with; looked for under the usual names when undefined. */
  readonly python: string | undefined;
  readonly cacheDirectory: string;
}

/** Reads `SNOWMELT_PYTHON`, `SNOWMELT_CACHE` and the XDG folders. */
export function readPythonConfig(
  variables: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): PythonConfig {
  return { python: variables.SNOWMELT_PYTHON, cacheDirectory: cacheDirectory(variables, platform) };
}

function cacheDirectory(variables: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform): string {
  const { SNOWMELT_CACHE: named, XDG_CACHE_HOME: xdg } = variables;
  if (named !== undefined && named !== "") return named;
  // The XDG specification has relative paths ignored.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, "snowmelt");
  return platform === "darwin"
    ? join(homedir(), "Library", "Caches", "snowmelt")
    : join(homedir(), ".cache", "snowmelt");
}
