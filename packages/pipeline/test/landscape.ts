import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  definePipeline,
  definePlatform,
  LakeLocation,
  type Pipeline,
  type PipelineInput,
  type PlatformInput,
  password,
  secret,
} from "@snowmelt/core/definition";
import { memorySecrets, type ObjectStore, type Secrets, secretRef } from "@snowmelt/core/ports";
import { type LocalSnowflake, type StartLocalSnowflakeOptions, startLocalSnowflake } from "@snowmelt/local";
import { openSnowflake, type SnowflakeSession } from "@snowmelt/snowflake";
import { type LakeAccess, type RunManifest, type RunOptions, runPipeline } from "../src/index.ts";
import { openLake } from "../src/lake/open-lake.ts";

/** A Snowflake and a lake of a test's own. */
export interface Landscape extends AsyncDisposable {
  readonly server: LocalSnowflake;
  readonly session: SnowflakeSession;
  readonly directory: string;
  readonly secrets: Secrets;
  /** Its root: a folder, or `s3://bucket/prefix`. */
  readonly lake: string;
  readonly store: ObjectStore;
  readonly access: LakeAccess;
  /** A pipeline called `p` over this server. */
  pipeline(datasets: PipelineInput["datasets"]): Pipeline;
  run(pipeline: Pipeline, options?: Partial<RunOptions>): Promise<RunManifest>;
  /** Statements one after the other. */
  sql(...statements: string[]): Promise<void>;
  rows(sql: string): Promise<(string | null)[][]>;
}

export interface LandscapeLake {
  readonly location: PlatformInput["environments"][string]["lake"];
  readonly access: LakeAccess;
}

/** The lake is a folder of the landscape's own, and names a stage. */
export interface StagedFolderLake {
  readonly stage: string;
}

export async function openLandscape(
  options: StartLocalSnowflakeOptions = {},
  lakeOptions?: LandscapeLake | StagedFolderLake,
): Promise<Landscape> {
  const elsewhere = lakeOptions && "location" in lakeOptions ? lakeOptions : undefined;
  const staged = lakeOptions && "stage" in lakeOptions ? lakeOptions : {};
  const directory = await mkdtemp(join(tmpdir(), "snowmelt-pipeline-"));
  const server = await startLocalSnowflake(options);
  const secrets = memorySecrets({ "test:password": server.password });
  const { account, host, port, protocol, user, warehouse, database, schema } = server;
  const place = { account, host, port, protocol, warehouse, database, schema } as const;
  const auth = { kind: "password", password: secretRef("test:password") } as const;
  const session = await openSnowflake({ ...place, username: user, auth }, { secrets });
  await session.query("CREATE DATABASE IF NOT EXISTS AVIATION");
  await session.query("CREATE SCHEMA IF NOT EXISTS AVIATION.PUBLIC");
  const location = elsewhere?.location ?? { root: join(directory, "lake"), ...staged };
  const access = elsewhere?.access ?? {};
  const lake = location.root;
  const opened = await openLake(lake, LakeLocation.parse(location), access);
  const platform = definePlatform({
    name: "test",
    environments: {
      local: { snowflake: { ...place, user, auth: password(secret("test:password")) }, lake: location },
    },
  });
  return {
    server,
    session,
    directory,
    secrets,
    lake,
    store: opened.store,
    access,
    pipeline: (datasets) => definePipeline({ apiVersion: 1, name: "p", platform, datasets }),
    run: (pipeline, more = {}) =>
      runPipeline(pipeline, {
        environment: "local",
        secrets,
        stateRoot: join(directory, "state"),
        runsRoot: join(directory, "runs"),
        lake: access,
        ...more,
      }),
    async sql(...statements) {
      for (const statement of statements) await session.query(statement);
    },
    rows: async (sql) => (await session.query(sql)).rows.map((row) => [...row]),
    async [Symbol.asyncDispose]() {
      await session.close();
      await opened[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
