import { type RecordNode, structNode, textListNode, textMapNode, valueNode } from "../parquet/index.ts";

const text = { kind: "string" } as const;
const long = { kind: "int64" } as const;
const integer = { kind: "int32" } as const;
const boolean = { kind: "boolean" } as const;

/** The live files' column of a checkpoint. */
export const addColumn: RecordNode = structNode("add", [
  valueNode("path", text, false),
  textMapNode("partitionValues", { nullable: false }),
  valueNode("size", long, false),
  valueNode("modificationTime", long, false),
  valueNode("dataChange", boolean, false),
  valueNode("stats", text),
  textMapNode("tags"),
]);

/** Columns of a classic checkpoint, by https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoint-schema */
export const checkpointColumns: readonly RecordNode[] = [
  structNode("txn", [
    valueNode("appId", text, false),
    valueNode("version", long, false),
    valueNode("lastUpdated", long),
  ]),
  addColumn,
  structNode("remove", [
    valueNode("path", text, false),
    valueNode("deletionTimestamp", long),
    valueNode("dataChange", boolean, false),
    valueNode("extendedFileMetadata", boolean),
    textMapNode("partitionValues"),
    valueNode("size", long),
  ]),
  structNode("metaData", [
    valueNode("id", text, false),
    valueNode("name", text),
    valueNode("description", text),
    structNode(
      "format",
      [valueNode("provider", text, false), textMapNode("options", { nullable: false, nullableValues: false })],
      false,
    ),
    valueNode("schemaString", text, false),
    textListNode("partitionColumns", false),
    textMapNode("configuration", { nullable: false, nullableValues: false }),
    valueNode("createdTime", long),
  ]),
  structNode("protocol", [
    valueNode("minReaderVersion", integer, false),
    valueNode("minWriterVersion", integer, false),
    textListNode("readerFeatures"),
    textListNode("writerFeatures"),
  ]),
];
