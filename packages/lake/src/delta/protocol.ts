import type { Field } from "@snowmelt/core/types";
import { lakeError } from "../lake-error.ts";
import type { MetaData, Protocol } from "./action.ts";

const readableFeatures: readonly string[] = ["timestampNtz"];
const writableFeatures: readonly string[] = ["appendOnly", "invariants", "timestampNtz"];

/** Reader 1 and writer 2, which every engine understands; 3 and 7 with one feature when a column has no time zone. */
export function requiredProtocol(fields: readonly Field[]): Protocol {
  const hasWallClock = fields.some(({ type }) => type.kind === "timestamp" && !type.utc);
  if (!hasWallClock) return { minReaderVersion: 1, minWriterVersion: 2 };
  return {
    minReaderVersion: 3,
    minWriterVersion: 7,
    readerFeatures: ["timestampNtz"],
    writerFeatures: ["appendOnly", "invariants", "timestampNtz"],
  };
}

/** The protocol action that a table needs before it can hold these columns, if it needs one. */
export function planProtocolUpgrade(current: Protocol, fields: readonly Field[]): Protocol | undefined {
  const required = requiredProtocol(fields);
  const holds = (has: readonly string[] | null | undefined, wants: readonly string[] | null | undefined): boolean =>
    (wants ?? []).every((feature) => has?.includes(feature));
  const isEnough =
    current.minReaderVersion >= required.minReaderVersion &&
    current.minWriterVersion >= required.minWriterVersion &&
    holds(
      current.readerFeatures,
      required.readerFeatures?.filter((feature) => feature === "timestampNtz"),
    ) &&
    holds(
      current.writerFeatures,
      required.writerFeatures?.filter((feature) => feature === "timestampNtz"),
    );
  if (isEnough) return undefined;
  const union = (a: readonly string[] | null | undefined, b: readonly string[] | null | undefined): string[] => [
    ...new Set([...(a ?? []), ...(b ?? [])]),
  ];
  return {
    ...required,
    readerFeatures: union(current.readerFeatures, required.readerFeatures),
    writerFeatures: union(current.writerFeatures, required.writerFeatures),
  };
}

/** DELTA_UNSUPPORTED, naming the feature, for a table that we would read wrongly. */
export function checkReadable(protocol: Protocol, metaData: MetaData, source: string): void {
  const { minReaderVersion, readerFeatures } = protocol;
  if (minReaderVersion > 3) throw unsupported(source, "read", `reader version ${minReaderVersion}`);
  const unknown = minReaderVersion === 3 && readerFeatures?.find((feature) => !readableFeatures.includes(feature));
  if (unknown) throw unsupported(source, "read", `the reader feature ${unknown}`);
  const mapping = metaData.configuration["delta.columnMapping.mode"];
  if (mapping !== undefined && mapping !== "none") throw unsupported(source, "read", `column mapping by ${mapping}`);
  if (metaData.format.provider !== "parquet") throw unsupported(source, "read", `files of ${metaData.format.provider}`);
}

/** DELTA_UNSUPPORTED, naming the feature, for a table whose duties on writers we do not fulfil. */
export function checkWritable(protocol: Protocol, metaData: MetaData, source: string): void {
  const { minWriterVersion, writerFeatures } = protocol;
  if (minWriterVersion > 2 && minWriterVersion !== 7) {
    throw unsupported(source, "write", `writer version ${minWriterVersion}`);
  }
  const unknown = minWriterVersion === 7 && writerFeatures?.find((feature) => !writableFeatures.includes(feature));
  if (unknown) throw unsupported(source, "write", `the writer feature ${unknown}`);
  if (metaData.schemaString.includes('"delta.invariants"')) throw unsupported(source, "write", "column invariants");
  if (metaData.configuration["delta.setTransactionRetentionDuration"] !== undefined) {
    throw unsupported(source, "write", "delta.setTransactionRetentionDuration, by which lanes would be forgotten");
  }
}

export function isAppendOnly(metaData: MetaData): boolean {
  return metaData.configuration["delta.appendOnly"]?.toLowerCase() === "true";
}

function unsupported(source: string, verb: "read" | "write", what: string): Error {
  return lakeError(
    "DELTA_UNSUPPORTED",
    `${source} cannot be ${verb === "read" ? "read" : "written"}: it asks for ${what}, which is not implemented here. Expected a table of reader version 1 and writer version 2, or with timestampNtz at most.`,
    { details: { table: source, feature: what } },
  );
}
