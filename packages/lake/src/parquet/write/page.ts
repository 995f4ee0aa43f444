import { crc32 } from "node:zlib";
import type { Range } from "../format/bound.ts";
import { Encoding, PageType } from "../format/format.ts";
import { encodeThrift } from "../format/thrift-writer.ts";

/** A page as it stands in the file: header, then the compressed body. */
export interface EncodedPage {
  readonly header: Uint8Array;
  readonly body: Uint8Array;
  /** Header and body before compression. */
  readonly rawBytes: number;
}

export interface DataPage extends EncodedPage {
  readonly rowCount: number;
  readonly nullCount: number;
  readonly nanCount: number;
  readonly range: Range | undefined;
  readonly hasDictionary: boolean;
}

export type Compressor = (bytes: Uint8Array) => Uint8Array;

/** A V1 data page of levels and values. The checksum is of the compressed body, as the format asks. */
export function encodeDataPage(
  raw: Uint8Array,
  compress: Compressor,
  page: { readonly rowCount: number; readonly hasDictionary: boolean },
): EncodedPage {
  const body = compress(raw);
  const header = encodeThrift((thrift) => {
    thrift.i32(1, PageType.DATA_PAGE);
    thrift.i32(2, raw.length);
    thrift.i32(3, body.length);
    thrift.i32(4, crc32(body) | 0);
    thrift.struct(5, () => {
      thrift.i32(1, page.rowCount);
      thrift.i32(2, page.hasDictionary ? Encoding.RLE_DICTIONARY : Encoding.PLAIN);
      thrift.i32(3, Encoding.RLE);
      thrift.i32(4, Encoding.RLE);
    });
  });
  return { header, body, rawBytes: header.length + raw.length };
}

export function encodeDictionaryPage(raw: Uint8Array, compress: Compressor, entryCount: number): EncodedPage {
  const body = compress(raw);
  const header = encodeThrift((thrift) => {
    thrift.i32(1, PageType.DICTIONARY_PAGE);
    thrift.i32(2, raw.length);
    thrift.i32(3, body.length);
    thrift.i32(4, crc32(body) | 0);
    thrift.struct(7, () => {
      thrift.i32(1, entryCount);
      thrift.i32(2, Encoding.PLAIN);
    });
  });
  return { header, body, rawBytes: header.length + raw.length };
}

export const pageBytes = ({ header, body }: EncodedPage): number => header.length + body.length;
