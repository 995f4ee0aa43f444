import type { ErasureReport, eraseRows, KeyHolder } from "@snowmelt/lake/maintain";
import { bytesText, countText } from "@snowmelt/pipeline/report";
import { counted } from "../text/counted.ts";
import type { Paint } from "../text/paint.ts";
import { printable } from "../text/printable.ts";

/** What an erasure did, what still holds the rows, and the proof. Names no value of the key. */
export function eraseText(report: Awaited<ReturnType<typeof eraseRows>>, paint: Paint): string {
  if ("reason" in report) return `Nothing was erased: ${printable(report.message)} Run it again.\n`;
  const { holders, proof, deleted, olderVersionsLost } = report;
  const lines = [headText(report)];
  if (deleted.files > 0) {
    const lost = olderVersionsLost ? " Versions that named them cannot be read whole any more." : "";
    lines.push(`${counted(deleted.files, "old file")} of ${bytesText(deleted.bytes)} deleted at once.${lost}`);
  }
  if (report.version !== undefined && report.rows > 0) lines.push(recordText(report));
  lines.push(
    holders.length === 0 ? "Nothing else holds them." : `${paint("yellow", "Still held, or it cannot be told, by:")}`,
    ...holders.map((holder) => `  ${printable(holderText(holder))}`),
    "Not looked into: records of runs (manifest.json, report.html), which may name least, greatest and frequent values.",
    ...(report.status === "planned" ? [] : [proofText(proof, paint)]),
  );
  return `${lines.join("\n")}\n`;
}

export function eraseJson(report: Awaited<ReturnType<typeof eraseRows>>): string {
  if (!("reason" in report)) return `${JSON.stringify({ ...report, version: report.version ?? null })}\n`;
  const { status, reason, message } = report;
  return `${JSON.stringify({ status, reason, message })}\n`;
}

function headText({ status, version, rows, filesRemoved, filesExpired }: ErasureReport): string {
  const expired = filesExpired > 0 ? ` ${counted(filesExpired, "expired file")} taken out of the log.` : "";
  const found = `${counted(rows, "row")} in ${counted(filesRemoved, "file")}`;
  if (status === "planned") return `${found} would be erased. Nothing was changed; --yes does it.`;
  return version === undefined
    ? "The newest version holds no such row."
    : `Version ${version}: ${found} erased.${expired}`;
}

function recordText({ isRecorded }: ErasureReport): string {
  return isRecorded
    ? "The log remembers them by a salted digest of their key: verify tells those that are still at the source from rows that were lost."
    : "The log does not remember which they were: verify takes those that are still at the source for rows that were lost.";
}

function holderText(holder: KeyHolder): string {
  switch (holder.kind) {
    case "olderFile":
      return `${holder.path}: ${heldText(holder.rows)}; older versions name it`;
    case "unnamedFile": {
      const whose = holder.attemptId === undefined ? "another writer" : `attempt ${holder.attemptId}`;
      return `${holder.path}: ${heldText(holder.rows)}; written by ${whose} and not committed. Stop that run, if it is a backfill`;
    }
    case "quarantine": {
      const { expiredFiles = 0 } = holder;
      const expired = expiredFiles > 0 ? ` (${counted(expiredFiles, "file")} expired, which its log still names)` : "";
      return `${holder.path}: ${heldText(holder.rows)} set aside${expired}. Erase there too: it is a table like any other`;
    }
    case "objectVersion": {
      const certainty = holder.isCertain ? "held them" : "cannot be looked into";
      return `${holder.key} version ${holder.versionId}: an older version of an object that ${certainty}`;
    }
    case "log":
      return `${holder.path}: statistics name a value of the key, until the log is cleaned up`;
    default:
      return holder satisfies never;
  }
}

const heldText = (rows: number | undefined): string => (rows === undefined ? "may hold them" : counted(rows, "row"));

function proofText({ version, files, rows, found }: ErasureReport["proof"], paint: Paint): string {
  const read = `${counted(rows, "row")} of ${counted(files, "file")} of version ${version} read again`;
  return found === 0
    ? `${paint("green", "Proven:")} ${read}, none is left.`
    : `${paint("red", "Still there:")} ${read}, ${countText(found)} found.`;
}
