import { randomUUID } from "node:crypto";
import { z } from "zod";

/** The kinds of request a fault or a count can be about. */
export const RequestKind = z.enum([
  "login",
  "renew",
  "heartbeat",
  "closeSession",
  "telemetry",
  "query",
  "result",
  "monitoring",
  "abort",
  "chunk",
  "other",
]);
export type RequestKind = z.infer<typeof RequestKind>;

const scope = {
  /** How often it strikes; `"always"` until it is cleared. @default 1 */
  times: z.union([z.int().positive(), z.literal("always")]).default(1),
  /** Matching occasions that pass unharmed first. @default 0 */
  skip: z.int().min(0).default(0),
  /** Only queries with this QUERY_TAG. */
  queryTag: z.string().optional(),
};
const chunkScope = {
  ...scope,
  /** Only this chunk, counted from 0. */
  chunk: z.int().min(0).optional(),
};
const requestScope = { ...scope, on: RequestKind };

/** Something that goes wrong on demand. */
export const Fault = z.discriminatedUnion("kind", [
  /** A chunk URL counts as expired: 403. A new URL does too, as long as the fault lasts. */
  z.strictObject({ kind: z.literal("chunkExpired"), ...chunkScope }),
  z.strictObject({ kind: z.literal("chunkStatus"), ...chunkScope, status: z.int().min(400).max(599).default(503) }),
  /** The connection breaks in the middle of the body. */
  z.strictObject({ kind: z.literal("chunkReset"), ...chunkScope }),
  /** A whole HTTP answer whose gzip stream lacks its end. */
  z.strictObject({ kind: z.literal("chunkTruncated"), ...chunkScope }),
  /** A well-formed chunk with no bytes in it. */
  z.strictObject({ kind: z.literal("chunkEmpty"), ...chunkScope }),
  /** A well-formed chunk that lacks its middle row. */
  z.strictObject({ kind: z.literal("chunkRowMissing"), ...chunkScope }),
  /** A well-formed chunk that has its middle row twice. */
  z.strictObject({ kind: z.literal("chunkRowDuplicated"), ...chunkScope }),
  z.strictObject({ kind: z.literal("chunkSlow"), ...chunkScope, bytesPerSecond: z.number().positive() }),
  /** Headers and half a body come, then nothing more. */
  z.strictObject({ kind: z.literal("chunkStalled"), ...chunkScope }),
  z.strictObject({ kind: z.literal("requestStatus"), ...requestScope, status: z.int().min(400).max(599).default(503) }),
  /** The connection breaks before the request is looked at. */
  z.strictObject({ kind: z.literal("requestReset"), ...requestScope }),
  /** The request is carried out, and the connection breaks before the answer. */
  z.strictObject({ kind: z.literal("replyLost"), ...requestScope }),
  z.strictObject({ kind: z.literal("requestSlow"), ...requestScope, latencyMs: z.number().positive() }),
  /** The session token runs out early: 390112 until it is renewed. */
  z.strictObject({ kind: z.literal("sessionExpired"), ...scope }),
  /** Both tokens run out early: 390112, then 390114 on renewal. */
  z.strictObject({ kind: z.literal("masterExpired"), ...scope }),
  /** The session is gone: 390111. */
  z.strictObject({ kind: z.literal("sessionGone"), ...scope }),
  z.strictObject({
    kind: z.literal("loginRefused"),
    ...scope,
    code: z.string().default("390100"),
    message: z.string().default("Incorrect username or password was specified."),
  }),
  /** Monitoring tells this status instead of the true one. */
  z.strictObject({
    kind: z.literal("queryStatus"),
    ...scope,
    status: z.enum([
      "BLOCKED",
      "RESTARTED",
      "QUEUED",
      "QUEUED_REPARING_WAREHOUSE",
      "RESUMING_WAREHOUSE",
      "NO_DATA",
      "DISCONNECTED",
      "FAILED_WITH_INCIDENT",
    ]),
  }),
  z.strictObject({
    kind: z.literal("statementFails"),
    ...scope,
    /** Only statements that begin so, in any case: `GET`. */
    begins: z.string().optional(),
    code: z.string().default("000603"),
    sqlState: z.string().default("XX000"),
    message: z.string().default("SQL execution internal error: Processing aborted by error 300005"),
  }),
  /** A COPY ends with this failure when so many of its files are in the stage; they stay there. */
  z.strictObject({
    kind: z.literal("unloadFails"),
    ...scope,
    afterFiles: z.int().min(0).default(1),
    code: z.string().default("000603"),
    sqlState: z.string().default("XX000"),
    message: z.string().default("SQL execution internal error: Processing aborted by error 300002"),
  }),
  /** A COPY tells of this file, counted from 0, and does not write it. */
  z.strictObject({ kind: z.literal("unloadFileLost"), ...scope, file: z.int().min(0).default(0) }),
  /** DETAILED_OUTPUT tells so many rows more of the first file than it has. */
  z.strictObject({ kind: z.literal("unloadRowCountWrong"), ...scope, by: z.int().default(1) }),
  /** A COPY waits before each file. */
  z.strictObject({ kind: z.literal("unloadSlow"), ...scope, latencyMs: z.number().positive() }),
  /** A statement takes this much longer. */
  z.strictObject({ kind: z.literal("statementSlow"), ...scope, latencyMs: z.number().positive() }),
]);
export type Fault = z.infer<typeof Fault>;
export type FaultInput = z.input<typeof Fault>;
export type FaultKind = Fault["kind"];
export type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>;

/** A fault in force, with what is left of it. */
export interface ActiveFault {
  readonly id: string;
  readonly fault: Fault;
  readonly struck: number;
  readonly passed: number;
}

/** What a fault is asked about: its scope must not say otherwise. */
export interface Occasion {
  readonly on?: RequestKind;
  readonly queryTag?: string | undefined;
  readonly chunk?: number;
  readonly sqlText?: string;
}

export interface FaultBox {
  add(faults: readonly Fault[]): readonly string[];
  clear(): void;
  list(): readonly ActiveFault[];
  /** The first fault of one of these kinds that strikes on this occasion; striking uses it up. */
  strike<K extends FaultKind>(kinds: readonly K[], occasion: Occasion): FaultOf<K> | undefined;
}

export function openFaultBox(): FaultBox {
  const active: { id: string; fault: Fault; struck: number; passed: number }[] = [];
  return {
    add(faults) {
      const added = faults.map((fault) => ({ id: randomUUID(), fault, struck: 0, passed: 0 }));
      active.push(...added);
      return added.map(({ id }) => id);
    },
    clear: () => void active.splice(0),
    list: () => active.map((entry) => ({ ...entry })),
    strike(kinds, occasion) {
      for (const entry of active) {
        const { fault } = entry;
        if (!isOneOf(fault, kinds) || !isAbout(fault, occasion)) continue;
        if (fault.times !== "always" && entry.struck >= fault.times) continue;
        if (entry.passed < fault.skip) {
          entry.passed += 1;
          continue;
        }
        entry.struck += 1;
        return fault;
      }
      return undefined;
    },
  };
}

function isOneOf<K extends FaultKind>(fault: Fault, kinds: readonly K[]): fault is FaultOf<K> {
  return kinds.some((kind) => kind === fault.kind);
}

function isAbout(fault: Fault, occasion: Occasion): boolean {
  if (fault.queryTag !== undefined && fault.queryTag !== occasion.queryTag) return false;
  if ("on" in fault && fault.on !== occasion.on) return false;
  if ("begins" in fault && fault.begins !== undefined && !beginsWith(occasion.sqlText ?? "", fault.begins))
    return false;
  return !("chunk" in fault) || fault.chunk === undefined || fault.chunk === occasion.chunk;
}

const beginsWith = (sqlText: string, start: string): boolean =>
  sqlText.trimStart().toUpperCase().startsWith(start.toUpperCase());
