import type { LakeStage, Pipeline, SnowflakeConnection } from "@snowmelt/core/definition";
import type { Secrets } from "@snowmelt/core/ports";
import type {
  BackfillRange,
  Discovery,
  DiscoveryOptions,
  PipelinePlan,
  RunEvent,
  RunManifest,
  Verification,
} from "@snowmelt/pipeline";
import type { Extensions } from "@snowmelt/pipeline/extensions";
import type { CliConfig, LakeEndpoints } from "./config.ts";
import type { LakeEngine } from "./lake-engine.ts";
import type { SchemaReader } from "./schema-reader.ts";
import type { Terminal } from "./terminal.ts";

/** What a command works with; everything that reaches outside the process comes through here. */
export interface CliContext {
  readonly terminal: Terminal;
  readonly config: CliConfig;
  /** What relative paths are relative to. */
  readonly cwd: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Loaded when a command needs it, so that help and mistakes are answered at once. */
  readonly loadEngine: () => Promise<PipelineEngine>;
  readonly loadSchemaReader: () => Promise<SchemaReader>;
  readonly loadLake: () => Promise<LakeEngine>;
  readonly loadLocal: () => Promise<LocalModule>;
  /** Told by the command how it ended, where that is not by an error. */
  readonly exitWith: (code: number) => void;
}

/** What the commands ask of `@snowmelt/pipeline`. */
export interface PipelineEngine {
  runPipeline(definition: Pipeline, options: RunRequest): Promise<RunManifest>;
  runBackfill(definition: Pipeline, options: BackfillRequest): Promise<RunManifest>;
  planPipeline(definition: Pipeline, options: PlanRequest): Promise<PipelinePlan>;
  runDiscovery(definition: Pipeline, options: DiscoveryOptions): Promise<Discovery>;
  verifyTables(definition: Pipeline, options: VerifyRequest): Promise<Verification>;
  verifyRun(definition: Pipeline, runId: string, options: VerifyRequest): Promise<Verification>;
  /** By its address: a folder, `file://…` or `s3://bucket/prefix`. */
  verifyTable(address: string, options: VerifyTableRequest): Promise<Verification>;
  /** `env:` and `file:` secrets, of these variables and this machine. */
  systemSecrets(variables: CliConfig["variables"]): Secrets;
}

export interface PlanRequest {
  readonly environment: string;
  readonly datasets?: readonly string[];
  readonly connection?: Partial<SnowflakeConnection>;
  readonly secrets: Secrets;
  readonly stateRoot?: string;
  /** The code that the definition names. */
  readonly extensions?: Extensions | undefined;
  readonly lake?: LakeEndpoints;
  readonly signal?: AbortSignal;
}

export interface RunRequest extends PlanRequest {
  readonly refresh?: boolean;
  readonly runsRoot?: string;
  readonly onEvent?: (event: RunEvent) => void;
}

export interface VerifyRequest extends Omit<PlanRequest, "stateRoot" | "extensions"> {
  readonly deep: boolean;
  readonly runsRoot: string;
}

export interface VerifyTableRequest {
  readonly baseDirectory: string;
  readonly deep: boolean;
  readonly runsRoot: string;
  readonly lake?: LakeEndpoints;
  readonly signal?: AbortSignal;
}

export interface BackfillRequest extends Omit<RunRequest, "datasets" | "refresh"> {
  readonly dataset?: string;
  readonly range: BackfillRange;
  readonly backfillId?: string;
}

/** What the commands ask of `@snowmelt/local`. */
export interface LocalModule {
  runLocalServer(options: LocalRequest): Promise<void>;
  runLocalStack(options: LocalStackRequest): Promise<void>;
}

export interface LocalRequest {
  readonly port: number;
  readonly dataDir: string;
  readonly sample: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
  readonly print?: (text: string) => void;
  readonly printProgress?: (text: string) => void;
}

/** What an environment's lake needs on this machine. */
export interface LocalLake {
  readonly environment: string;
  readonly root: string;
  readonly databases: readonly string[];
  readonly stage?: LakeStage;
  readonly run: string;
  readonly port?: number;
}

export interface LocalStackRequest extends LocalRequest {
  readonly awsPort: number;
  readonly services: readonly ("ministack" | "moto")[];
  readonly lakes: readonly LocalLake[];
}
