import { type LandType, storageOf } from "@snowmelt/core/types";
import { type Bound, compareStored, encodeStored } from "../format/bound.ts";
import { BoundaryOrder } from "../format/format.ts";
import { encodeThrift } from "../format/thrift-writer.ts";
import { type DataPage, pageBytes } from "./page.ts";

/**
 * Bounds of each page. None when a page has values that no bounds can be given for (NaN, or a maximum too long to keep):
 * the format has no way to say so of one page.
 */
export function encodeColumnIndex(type: LandType, pages: readonly DataPage[]): Uint8Array | undefined {
  const storage = storageOf(type);
  const bounds: { min: Bound; max: Bound }[] = [];
  for (const { range, nanCount } of pages) {
    if (nanCount > 0 || (range && !range.max)) return undefined;
    if (range?.max) bounds.push({ min: range.min, max: range.max });
  }
  const none = new Uint8Array(0);
  const encoded = (bound: Bound | undefined): Uint8Array => (bound ? encodeStored(storage, bound.value) : none);
  return encodeThrift((thrift) => {
    thrift.bools(
      1,
      pages.map(({ range }) => range === undefined),
    );
    thrift.binaries(
      2,
      pages.map(({ range }) => encoded(range?.min)),
    );
    thrift.binaries(
      3,
      pages.map(({ range }) => encoded(range?.max)),
    );
    thrift.i32(4, boundaryOrder(bounds));
    thrift.i64s(
      5,
      pages.map(({ nullCount }) => nullCount),
    );
  });
}

/** Where each page stands; `firstPageAt` is the file offset of the first data page. */
export function encodeOffsetIndex(pages: readonly DataPage[], firstPageAt: number): Uint8Array {
  let offset = firstPageAt;
  let firstRow = 0;
  return encodeThrift((thrift) =>
    thrift.structs(1, pages, (page) => {
      thrift.i64(1, offset);
      thrift.i32(2, pageBytes(page));
      thrift.i64(3, firstRow);
      offset += pageBytes(page);
      firstRow += page.rowCount;
    }),
  );
}

function boundaryOrder(bounds: readonly { readonly min: Bound; readonly max: Bound }[]): number {
  let ascending = true;
  let descending = true;
  bounds.forEach((next, index) => {
    const last = bounds[index - 1];
    if (!last) return;
    const min = compareStored(next.min.value, last.min.value);
    const max = compareStored(next.max.value, last.max.value);
    ascending &&= min >= 0 && max >= 0;
    descending &&= min <= 0 && max <= 0;
  });
  return ascending ? BoundaryOrder.ASCENDING : descending ? BoundaryOrder.DESCENDING : BoundaryOrder.UNORDERED;
}
