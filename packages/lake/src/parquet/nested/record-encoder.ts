import { compressorOf } from "../format/codec.ts";
import { magic } from "../format/format.ts";
import { parquetError } from "../parquet-error.ts";
import { type ParquetEncoderOptions, toEncoderSettings } from "../write/encoder-options.ts";
import { encodeTail } from "../write/footer.ts";
import { type PlacedRowGroup, placeRowGroup } from "../write/row-group.ts";
import { encodeLeaf } from "./leaf-pages.ts";
import type { RecordCopy } from "./record-copy.ts";
import { type RecordNode, recordSchema } from "./record-schema.ts";
import { openRecordShredder, type RecordShredder } from "./record-shredder.ts";

/**
 * Encodes one file of nested records of which each row fills one top-level column, such as the actions of a log. Holds
 * one row group raw and then compressed. Bytes handed out are to be written in order and belong to the caller.
 */
export interface RecordEncoder {
  readonly rowCount: number;
  /** A row with this column, which must be nullable, and no other. Hands out the row group that it completes. */
  append(column: string, value: unknown): Uint8Array[];
  /**
   * Rows [from, to) of what {@link openRecordCopy} found for this column's node, behind those of it that were copied before.
   * Hands out the row groups that they complete, one by one as they are pulled; all of it must be pulled.
   */
  appendCopy(
    column: string,
    copy: RecordCopy,
    rows: { readonly from: number; readonly to: number },
  ): Generator<Uint8Array, void>;
  /** Ends the file. The encoder cannot be used after it. */
  finish(): Uint8Array[];
}

interface Column {
  readonly shredder: RecordShredder;
  /** Rows of the row group that it is NULL in, not yet told. */
  behind: number;
}

/** Rows after which the row group's size is looked at again. */
const rowsALook = 64;

export function openRecordEncoder(columns: readonly RecordNode[], options?: ParquetEncoderOptions): RecordEncoder {
  const settings = { ...toEncoderSettings(options), pageIndex: false };
  const compress = compressorOf(settings.codec, settings.codecLevel);
  const schema = recordSchema(columns);
  const open = new Map<string, Column>();
  for (const node of columns) open.set(node.name, { shredder: openRecordShredder(node), behind: 0 });
  const rowGroups: PlacedRowGroup[] = [];
  let rowCount = 0;
  let groupRows = 0;
  let offset = 0;

  const handOut = (parts: readonly Uint8Array[]): Uint8Array[] => {
    const whole = offset === 0 ? [magic.slice(), ...parts] : [...parts];
    for (const part of whole) offset += part.length;
    return whole;
  };
  const heldBytes = (): number => [...open.values()].reduce((total, { shredder }) => total + shredder.heldBytes, 0);
  const catchUp = (column: Column): void => {
    if (column.behind > 0) column.shredder.appendNulls(column.behind);
    column.behind = 0;
  };
  const closeRowGroup = (): Uint8Array[] => {
    if (groupRows === 0) return [];
    const chunks = [...open.values()].flatMap((column) => {
      catchUp(column);
      return column.shredder.leaves.map((leaf) => encodeLeaf(leaf.finish(), settings, compress));
    });
    const begin = Math.max(offset, magic.length);
    const placed = placeRowGroup(schema.leaves, chunks, { offset: begin, rowCount: groupRows, pageIndex: false });
    rowGroups.push(placed.group);
    groupRows = 0;
    return handOut(placed.parts);
  };

  const columnOf = (name: string): Column => {
    const column = open.get(name);
    if (!column) throw parquetError("PARQUET_SCHEMA_INVALID", `There is no column ${name} to append to.`);
    catchUp(column);
    return column;
  };
  /** Counts rows that `column` has, as many as end no further than at the next look. */
  const count = (column: Column, rows: number): Uint8Array[] => {
    for (const other of open.values()) if (other !== column) other.behind += rows;
    rowCount += rows;
    groupRows += rows;
    const isLook = groupRows % rowsALook === 0;
    const isFull = groupRows >= settings.rowGroupRows || (isLook && heldBytes() >= settings.rowGroupBytes);
    return isFull ? closeRowGroup() : [];
  };

  return {
    get rowCount() {
      return rowCount;
    },
    append(name, value) {
      const column = columnOf(name);
      column.shredder.append(value);
      return count(column, 1);
    },
    *appendCopy(name, copy, { from, to }) {
      for (let row = from; row < to; ) {
        const column = columnOf(name);
        const room = Math.min(rowsALook - (groupRows % rowsALook), settings.rowGroupRows - groupRows);
        const end = Math.min(to, row + room);
        column.shredder.appendCopy(copy, row, end);
        yield* count(column, end - row);
        row = end;
      }
    },
    finish() {
      const parts = closeRowGroup();
      const tail = encodeTail(schema, rowGroups, { offset: Math.max(offset, magic.length), settings });
      return [...parts, ...handOut(tail)];
    },
  };
}
