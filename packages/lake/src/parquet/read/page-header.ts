import { Encoding, PageType } from "../format/format.ts";
import { decodeThrift, fieldsOf } from "../format/thrift-reader.ts";

export interface PageHeader {
  readonly type: number;
  readonly rawBytes: number;
  readonly bytes: number;
  readonly crc: number | undefined;
  readonly valueCount: number;
  readonly encoding: number;
  /** Of the definition levels in a V1 page. */
  readonly levelEncoding: number;
  /** V2 pages hold their levels uncompressed, before the values. */
  readonly levels: { readonly repetitionBytes: number; readonly definitionBytes: number } | undefined;
  readonly isCompressed: boolean;
}

/** The header at `start` and the offset of the page's body. */
export function parsePageHeader(
  bytes: Uint8Array,
  start: number,
): { readonly header: PageHeader; readonly end: number } {
  const { value, end } = decodeThrift(bytes, start);
  const fields = fieldsOf(value, "PageHeader");
  const type = fields.count(1);
  const common = { type, rawBytes: fields.count(2), bytes: fields.count(3), crc: fields.integer(4) };
  const none = { valueCount: 0, encoding: -1, levelEncoding: Encoding.RLE, levels: undefined, isCompressed: true };
  if (type === PageType.DATA_PAGE) {
    const page = fieldsOf(fields.requiredStruct(5), "DataPageHeader");
    const counts = { valueCount: page.count(1), encoding: page.count(2), levelEncoding: page.count(3) };
    return { header: { ...none, ...common, ...counts }, end };
  }
  if (type === PageType.DICTIONARY_PAGE) {
    const page = fieldsOf(fields.requiredStruct(7), "DictionaryPageHeader");
    return { header: { ...none, ...common, valueCount: page.count(1), encoding: page.count(2) }, end };
  }
  if (type === PageType.DATA_PAGE_V2) {
    const page = fieldsOf(fields.requiredStruct(8), "DataPageHeaderV2");
    const levels = { definitionBytes: page.count(5), repetitionBytes: page.count(6) };
    const isCompressed = page.boolean(7) ?? true;
    return {
      header: { ...none, ...common, valueCount: page.count(1), encoding: page.count(4), levels, isCompressed },
      end,
    };
  }
  return { header: { ...none, ...common }, end };
}
