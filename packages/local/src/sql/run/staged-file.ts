import type { ExecutedStatement } from "../../engine.ts";
import { compilationError, unsupported } from "../failures.ts";
import { type OpenStage, openStage, stageFolder } from "../stage/open-stage.ts";
import { stageFailure } from "../stage/stage-failure.ts";
import type { StagedFile } from "../stage/stage-files.ts";
import type { StageStatement } from "../syntax/stage.ts";
import { number, TEXT } from "../types/logical-type.ts";
import { literalResult } from "./result.ts";
import type { StatementContext } from "./statement-context.ts";
import { STATEMENT_TYPE } from "./statement-type.ts";

type Of<K extends StageStatement["kind"]> = Extract<StageStatement, { kind: K }>;

const text = (name: string) => ({ name, type: TEXT, nullable: true });

/** LIST: name, size, md5 and the moment of the last change. */
export async function runListFiles(statement: Of<"listFiles">, context: StatementContext): Promise<ExecutedStatement> {
  const { open, found } = await filesOf(statement, context);
  const columns = [
    text("name"),
    { name: "size", type: number(38, 0), nullable: true },
    text("md5"),
    text("last_modified"),
  ];
  const rows = found.map(({ key, bytes, digest, modified }) => [
    open.files.nameOf(key),
    String(bytes),
    digest,
    modified.toUTCString(),
  ]);
  return literalResult(columns, rows, context.place, STATEMENT_TYPE.show);
}

/** REMOVE: the names of what is gone. */
export async function runRemoveFiles(
  statement: Of<"removeFiles">,
  context: StatementContext,
): Promise<ExecutedStatement> {
  const { open, found } = await filesOf(statement, context);
  for (const { key } of found) await open.files.remove(key, context.request.signal);
  const rows = found.map(({ key }) => [open.files.nameOf(key), "removed"]);
  return literalResult([text("name"), text("result")], rows, context.place, STATEMENT_TYPE.ddl);
}

/** GET of an internal stage: the driver copies the files itself, from a folder of this machine. */
export async function runGetFiles(statement: Of<"getFiles">, context: StatementContext): Promise<ExecutedStatement> {
  const { open, found } = await filesOf(statement, context);
  if (open.stage.url !== null) throw stageFailure("GET and PUT commands are not supported with external stage");
  const result = await literalResult([], [], context.place, STATEMENT_TYPE.ddl);
  const folder = stageFolder(open.stage, context.state.dataDir);
  return { ...result, download: { target: statement.target, folder, files: found.map(({ key }) => key) } };
}

interface FoundFiles {
  readonly open: OpenStage;
  readonly found: readonly StagedFile[];
}

async function filesOf(
  { location, pattern }: Pick<Of<"listFiles">, "location" | "pattern">,
  { session, state, request }: StatementContext,
): Promise<FoundFiles> {
  if (location.kind === "url") throw unsupported("a location that is no named stage");
  const open = await openStage(location, session, state);
  const found = await open.files.list(open.path, request.signal);
  if (pattern === null) return { open, found };
  const wanted = toPattern(pattern);
  return { open, found: found.filter(({ key }) => wanted.test(key)) };
}

function toPattern(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`, "su");
  } catch (cause) {
    throw compilationError(`Invalid regular expression: '${pattern}' (${cause instanceof Error ? cause.message : ""})`);
  }
}
