import { memoryObjectStore } from "@snowmelt/core/ports";
import { describe, expect, it } from "vitest";
import { addColumn } from "../../src/delta/checkpoint-schema.ts";
import {
  findNode,
  leavesBelow,
  openRecordCopy,
  openRecordEncoder,
  openRowReader,
  type RecordNode,
  readFooter,
  readLeaves,
  structNode,
  textListNode,
  textMapNode,
  valueNode,
} from "../../src/parquet/index.ts";

const text = { kind: "string" } as const;
const long = { kind: "int64" } as const;
const rows = [1, 2, 3].map((n) => ({
  path: `path ${n}`,
  partitionValues: { P: `partition ${n}`, Q: null },
  size: BigInt(n),
  modificationTime: BigInt(n * 100),
  dataChange: n === 2,
  stats: n === 1 ? null : `stats ${n}`,
  tags: n === 3 ? { tag: "3" } : null,
}));
const columns = new Map(addColumn.kind === "struct" ? addColumn.children.map((node) => [node.name, node]) : []);
const others = (...names: readonly string[]): RecordNode[] =>
  [...columns].flatMap(([name, node]) => (names.includes(name) ? [] : [node]));

/** Rows in a file of one row group; gives what a copy of some of them into our columns reads as. */
async function copyOf(children: readonly RecordNode[], held: readonly object[], range = { from: 0, to: held.length }) {
  const { node, group } = await onlyGroup([structNode("add", children)], (encoder) =>
    held.flatMap((row) => encoder.append("add", row)),
  );
  const copy = openRecordCopy(addColumn, node, group);
  if (!copy) return undefined;
  const copied = await onlyGroup([addColumn], (encoder) => [...encoder.appendCopy("add", copy, range)]);
  const readRow = openRowReader(copied.node, copied.group);
  return Array.from({ length: copied.group.rowCount }, (_, row) => ({ ...(readRow(row) as object) }));
}

async function onlyGroup(
  schema: readonly RecordNode[],
  append: (encoder: ReturnType<typeof openRecordEncoder>) => readonly Uint8Array[],
) {
  const store = memoryObjectStore();
  const encoder = openRecordEncoder(schema);
  await store.put("f", Buffer.concat([...append(encoder), ...encoder.finish()]));
  const footer = await readFooter(store, "f");
  const node = findNode(footer.schema, "add");
  if (!node) throw new Error("there is no column");
  for await (const group of readLeaves(store, footer, { leaves: leavesBelow(node), signal: undefined }))
    return { node, group };
  throw new Error("there is no row group");
}

describe("rows of another file's column", () => {
  it.each<[string, readonly RecordNode[]]>([
    ["of the same columns", [...columns.values()]],
    [
      "of columns that stand where others of their type do",
      ["stats", "partitionValues", "modificationTime", "size", "dataChange", "path", "tags"].flatMap(
        (name) => columns.get(name) ?? [],
      ),
    ],
    [
      "of columns that may all be NULL, and none is",
      [
        valueNode("path", text),
        textMapNode("partitionValues"),
        valueNode("size", long),
        valueNode("modificationTime", long),
        valueNode("dataChange", { kind: "boolean" }),
        ...others("path", "partitionValues", "size", "modificationTime", "dataChange"),
      ],
    ],
  ])("%s are copied by name", async (_case, children) => {
    expect(await copyOf(children, rows)).toEqual(rows);
    expect(await copyOf(children, rows, { from: 1, to: 2 })).toEqual(rows.slice(1, 2));
  });

  it("without a column that may be NULL have NULL there", async () => {
    expect(await copyOf(others("tags"), rows)).toEqual(rows.map((row) => ({ ...row, tags: null })));
  });

  it.each<[string, readonly RecordNode[], readonly object[]]>([
    ["lack a column that is required", others("dataChange"), rows],
    [
      "have NULL where it is required",
      [...others("path"), valueNode("path", text)],
      [...rows.slice(1), { ...rows[0], path: null }],
    ],
    [
      "have another type",
      [...others("size"), valueNode("size", { kind: "int32" })],
      rows.map((row) => ({ ...row, size: Number(row.size) })),
    ],
    ["have a list for a map", [...others("tags"), textListNode("tags")], rows.map((row) => ({ ...row, tags: null }))],
    [
      "have a value for a map",
      [...others("tags"), valueNode("tags", text)],
      rows.map((row) => ({ ...row, tags: "text" })),
    ],
  ])("are not copied when they %s", async (_case, children, held) => {
    expect(await copyOf(children, held)).toBeUndefined();
  });

  it("go into row groups of the size asked for, however many are copied at once", async () => {
    const many = Array.from({ length: 500 }, (_, at) => ({ ...rows[1], size: BigInt(at) }));
    const { node, group } = await onlyGroup([addColumn], (encoder) =>
      many.flatMap((row) => encoder.append("add", row)),
    );
    const copy = openRecordCopy(addColumn, node, group);
    if (!copy) throw new Error("the rows are not copied");
    const store = memoryObjectStore();
    const encoder = openRecordEncoder([addColumn], { rowGroupRows: 200 });
    const parts = [...encoder.appendCopy("add", copy, { from: 0, to: 500 }), ...encoder.finish()];
    await store.put("f", Buffer.concat(parts));
    const { rowGroups } = await readFooter(store, "f");
    expect(rowGroups.map(({ rowCount }) => rowCount)).toEqual([200, 200, 100]);
  });
});
