import { z } from "zod";
import { lakeError } from "../lake-error.ts";
import { type Action, AddFile, CommitInfo, MetaData, Protocol, RemoveFile, Txn } from "./action.ts";
import { parseExactJson, toExactJson } from "./exact-json.ts";

/** Line by line; what a line holds that we do not know is ignored, as the protocol asks. */
const Line = z.looseObject({
  protocol: Protocol.nullish(),
  metaData: MetaData.nullish(),
  add: AddFile.nullish(),
  remove: RemoveFile.nullish(),
  txn: Txn.nullish(),
  commitInfo: CommitInfo.nullish(),
});

/** The actions of one log entry. `source` names it in errors. */
export function parseCommitBody(body: Uint8Array, source: string): readonly Action[] {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch (cause) {
    throw lakeError("DELTA_LOG_INVALID", `${source} is not UTF-8.`, { cause, details: { source } });
  }
  const actions: Action[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() !== "") actions.push(...parseLine(line, source, index + 1));
  }
  return actions;
}

/** NDJSON, one action a line. */
export function toCommitBody(actions: readonly Action[]): Uint8Array {
  return new TextEncoder().encode(actions.map((action) => `${toExactJson(action)}\n`).join(""));
}

function parseLine(line: string, source: string, lineNumber: number): readonly Action[] {
  const file = parseFileAction(line);
  if (file) return [file];
  const where = `${source} line ${lineNumber}`;
  let json: unknown;
  try {
    json = parseExactJson(line);
  } catch (cause) {
    throw lakeError("DELTA_LOG_INVALID", `${where} is not JSON; the entry may be cut off.`, {
      cause,
      details: { source, line: lineNumber },
    });
  }
  const parsed = Line.safeParse(json);
  if (!parsed.success) {
    throw lakeError("DELTA_LOG_INVALID", `${where} is not a Delta action:\n${z.prettifyError(parsed.error)}`, {
      details: { source, line: lineNumber },
    });
  }
  const { protocol, metaData, add, remove, txn, commitInfo } = parsed.data;
  const actions: Action[] = [];
  if (commitInfo) actions.push({ commitInfo });
  if (protocol) actions.push({ protocol });
  if (metaData) actions.push({ metaData });
  if (remove) actions.push({ remove });
  if (add) actions.push({ add });
  if (txn) actions.push({ txn });
  return actions;
}

/**
 * The quick way for what a log holds most of: a line that is one sound `add` or `remove`. Its numbers are small enough for
 * JavaScript's. Undefined for any other line, sound or not.
 */
function parseFileAction(line: string): Action | undefined {
  const isAdd = line.startsWith('{"add":');
  if (!isAdd && !line.startsWith('{"remove":')) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isRecord(json) || Object.keys(json).length !== 1) return undefined;
  const file = isAdd ? json.add : json.remove;
  if (!isRecord(file)) return undefined;
  if (isAdd) return isAddFile(file) ? { add: file } : undefined;
  return isRemoveFile(file) ? { remove: file } : undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isAddFile(file: Record<string, unknown>): file is AddFile {
  return (
    typeof file.path === "string" &&
    isTexts(file.partitionValues) &&
    Number.isSafeInteger(file.size) &&
    Number.isSafeInteger(file.modificationTime) &&
    typeof file.dataChange === "boolean" &&
    isNullish(file.stats, "string") &&
    (isMissing(file.tags) || isTexts(file.tags))
  );
}

function isRemoveFile(file: Record<string, unknown>): file is RemoveFile {
  return (
    typeof file.path === "string" &&
    typeof file.dataChange === "boolean" &&
    isNullish(file.deletionTimestamp, "number") &&
    isNullish(file.extendedFileMetadata, "boolean") &&
    (isMissing(file.partitionValues) || isTexts(file.partitionValues)) &&
    (isMissing(file.size) || Number.isSafeInteger(file.size))
  );
}

const isMissing = (value: unknown): boolean => value === undefined || value === null;

const isNullish = (value: unknown, type: "string" | "number" | "boolean"): boolean =>
  isMissing(value) || typeof value === type;

function isTexts(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((text) => text === null || typeof text === "string");
}
