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
  return text.split("\n").flatMap((line, index) => (line.trim() === "" ? [] : parseLine(line, source, index + 1)));
}

/** NDJSON, one action a line. */
export function toCommitBody(actions: readonly Action[]): Uint8Array {
  return new TextEncoder().encode(actions.map((action) => `${toExactJson(action)}\n`).join(""));
}

function parseLine(line: string, source: string, lineNumber: number): readonly Action[] {
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
