import { createHash } from "node:crypto";
import { lakeError } from "../lake-error.ts";
import type { Txn } from "./action.ts";
import type { LaneStep } from "./lane.ts";
import type { TxnState } from "./snapshot.ts";

type Txns = ReadonlyMap<string, TxnState>;

/** In the place of a mark that a later step did not give. */
const noMark = -1n;
const markName = /^[a-z][A-Za-z]*$/;

/** Names the `txn` that holds where a lane's window ends. */
export const windowAppId = (appId: string): string => `${appId}#hi`;

/** Names the `txn` that holds the version in which the step was committed, which a checkpoint does not say of a `txn`. */
const versionAppId = (appId: string): string => `${appId}#at`;

const markAppId = (appId: string, name: string): string => `${appId}#${name}`;

/** The `txn` actions of a step that is committed as `version`: its n, its window, the version, and its marks. */
export function toLaneTxns(
  step: LaneStep,
  { held, version, lastUpdated }: { readonly held: Txns; readonly version: number; readonly lastUpdated: number },
): readonly Txn[] {
  const { appId, n, hi, marks = {} } = step;
  if (!Number.isSafeInteger(n) || n < 1 || BigInt.asIntN(64, hi) !== hi) {
    throw lakeError(
      "DELTA_COMMIT_INVALID",
      `The lane ${appId} needs n of 1 or more and a window end of 64 bits, got n = ${n} and hi = ${hi}.`,
    );
  }
  for (const [name, value] of Object.entries(marks)) {
    if (markName.test(name) && name !== "hi" && name !== "at" && value >= 0n && BigInt.asIntN(64, value) === value)
      continue;
    throw lakeError(
      "DELTA_COMMIT_INVALID",
      `The lane ${appId} cannot have the mark ${name} = ${value}: expected a name of letters other than hi and at, and a number from 0 of 63 bits.`,
    );
  }
  const gone = staleMarks(appId, held).filter((name) => !Object.hasOwn(marks, name));
  return [
    { appId, version: BigInt(n), lastUpdated },
    { appId: windowAppId(appId), version: hi, lastUpdated },
    { appId: versionAppId(appId), version: BigInt(version), lastUpdated },
    ...Object.entries(marks).map(([name, value]) => ({ appId: markAppId(appId, name), version: value, lastUpdated })),
    ...gone.map((name) => ({ appId: markAppId(appId, name), version: noMark, lastUpdated })),
  ];
}

/** A mark of the lane's newest step; undefined when the step gave none. */
export function readLaneMark(
  snapshot: { readonly txns: Txns } | undefined,
  appId: string,
  name: string,
): bigint | undefined {
  const held = snapshot?.txns.get(markAppId(appId, name))?.version;
  return held === undefined || held === noMark ? undefined : held;
}

/** 63 bits of a text's SHA-256: what a mark can tell of a text is whether it is the same. */
export function markOf(text: string): bigint {
  return createHash("sha256").update(text).digest().readBigUInt64BE() >> 1n;
}

/** A checkpoint's transactions, with the versions that lanes wrote down of their own. */
export function withCommittedIn(txns: ReadonlyMap<string, TxnState>, newest: number): ReadonlyMap<string, TxnState> {
  const known = new Map<string, TxnState>();
  for (const [appId, txn] of txns) {
    const at = txns.get(versionAppId(/^(.*)#[A-Za-z]+$/.exec(appId)?.[1] ?? appId))?.version;
    known.set(appId, at !== undefined && at >= 0n && at <= BigInt(newest) ? { ...txn, committedIn: Number(at) } : txn);
  }
  return known;
}

function staleMarks(appId: string, held: Txns): readonly string[] {
  const prefix = `${appId}#`;
  const names = [...held.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  return names.filter((name) => name !== "hi" && name !== "at" && markName.test(name));
}
