import path from "node:path";
import { fileURLToPath } from "node:url";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SqlSession } from "../../engine.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { CatalogStage } from "../catalog/stage.ts";
import { unknownObject, unsupported } from "../failures.ts";
import { printPath } from "../quote.ts";
import type { StageLocation } from "../syntax/stage-location.ts";
import { openFolderFiles } from "./folder-files.ts";
import { requireAllowed } from "./integration.ts";
import type { S3Access } from "./s3-access.ts";
import { stageFailure } from "./stage-failure.ts";
import type { StageFiles } from "./stage-files.ts";
import { requireIntegration } from "./stage-settings.ts";

/** What opening a stage needs of the engine. */
export interface StagePlaces {
  readonly dataDir: string;
  readonly catalog: Catalog;
  /** The client of S3 stages; made when the first one is used, null when the server was given no access. */
  readonly s3: S3Connection | null;
}

/** One client for all S3 stages. */
export interface S3Connection {
  client(): Promise<S3Client>;
  close(): void;
}

/** The engine's way to S3. The SDK is loaded when the first S3 stage is opened. */
export function toS3Connection(access: S3Access): S3Connection {
  let opened: Promise<S3Client> | undefined;
  const open = async () => (await import("./s3-files.ts")).openS3Client(access);
  return {
    client: () => {
      opened ??= open();
      return opened;
    },
    close: () => void opened?.then((client) => client.destroy()).catch(() => undefined),
  };
}

export interface OpenStage {
  readonly stage: CatalogStage;
  readonly files: StageFiles;
  /** The location's path below the stage's root. */
  readonly path: string;
}

/** Opens the stage that a location names. Its integration is asked anew: it may have been altered since. */
export async function openStage(location: StageLocation, session: SqlSession, places: StagePlaces): Promise<OpenStage> {
  if (location.kind === "url") throw unsupported("a location that is no named stage");
  const stage = findStage(location.stage, session, places.catalog);
  if (stage.integration !== null)
    requireAllowed(`${stage.url ?? ""}${location.path}`, requireIntegration(stage.integration, places.catalog));
  return { stage, files: await openFiles(stage, places), path: location.path };
}

export function findStage(name: readonly string[], session: SqlSession, catalog: Catalog): CatalogStage {
  const stage = catalog.findStage(session, name);
  if (stage === null) throw unknownObject(printPath(catalog.complete(session, name)), "Object", "Stage");
  return stage;
}

async function openFiles(stage: CatalogStage, { dataDir, s3 }: StagePlaces): Promise<StageFiles> {
  const { url, name, encryption } = stage;
  if (url === null) return openFolderFiles(stageFolder(stage, dataDir), (key) => `${name.toLowerCase()}/${key}`);
  if (url.startsWith("file:")) return openFolderFiles(fileURLToPath(url), (key) => `${url}${key}`);
  if (s3 === null) throw stageFailure(`the local server was given no access to S3, which '${url}' needs`);
  const { openS3Files, toS3Place } = await import("./s3-files.ts");
  return openS3Files(await s3.client(), toS3Place(url), encryption);
}

/** The folder of an internal stage. */
export function stageFolder(stage: Pick<CatalogStage, "id">, dataDir: string): string {
  return path.join(dataDir, "stages", String(stage.id));
}
