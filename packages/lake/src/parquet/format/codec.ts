import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  gzipSync,
  type ZstdOptions,
  zstdCompressSync,
  zstdDecompressSync,
} from "node:zlib";
import { parquetError } from "../parquet-error.ts";
import { CodecId, nameOf } from "./format.ts";
import { compressSnappy, decompressSnappy } from "./snappy.ts";

/** Codecs the encoder writes. */
export type Codec = "zstd" | "snappy" | "gzip" | "uncompressed";

export const codecIds: Readonly<Record<Codec, number>> = {
  zstd: CodecId.ZSTD,
  snappy: CodecId.SNAPPY,
  gzip: CodecId.GZIP,
  uncompressed: CodecId.UNCOMPRESSED,
};

/** A function whose result owns its memory, so that a page waiting for its row group holds no more than its own bytes. */
export function compressorOf(codec: Codec, level: number | undefined): (bytes: Uint8Array) => Uint8Array {
  switch (codec) {
    case "zstd":
      return (bytes) => {
        const options: ZstdOptions = {
          params: { [constants.ZSTD_c_compressionLevel]: level ?? 1 },
          pledgedSrcSize: bytes.length,
          chunkSize: Math.max(64, bytes.length + (bytes.length >> 8) + 64),
        };
        return new Uint8Array(zstdCompressSync(bytes, options));
      };
    case "gzip":
      return (bytes) => new Uint8Array(gzipSync(bytes, { level: level ?? 6 }));
    case "snappy":
      return compressSnappy;
    case "uncompressed":
      return (bytes) => bytes.slice();
    default:
      return codec satisfies never;
  }
}

/** The `expectedBytes` a page announces, or PARQUET_CORRUPT; PARQUET_UNSUPPORTED for a codec that is not known. */
export function decompress(codecId: number, bytes: Uint8Array, expectedBytes: number): Uint8Array {
  const output = attempt(codecId, bytes, expectedBytes);
  if (output.length !== expectedBytes) {
    throw parquetError("PARQUET_CORRUPT", `A page holds ${output.length} bytes, its header says ${expectedBytes}.`);
  }
  return output;
}

function attempt(codecId: number, bytes: Uint8Array, expectedBytes: number): Uint8Array {
  const options = { maxOutputLength: Math.max(1, expectedBytes), chunkSize: Math.max(64, expectedBytes) };
  try {
    switch (codecId) {
      case CodecId.UNCOMPRESSED:
        return bytes;
      case CodecId.SNAPPY:
        return decompressSnappy(bytes, expectedBytes);
      case CodecId.ZSTD:
        return zstdDecompressSync(bytes, options);
      case CodecId.GZIP:
        return gunzipSync(bytes, options);
      case CodecId.BROTLI:
        return brotliDecompressSync(bytes, options);
      default:
        throw parquetError(
          "PARQUET_UNSUPPORTED",
          `Codec ${nameOf(CodecId, codecId)} is not supported; expected zstd, snappy, gzip, brotli or none.`,
        );
    }
  } catch (cause) {
    if (!(cause instanceof Error) || !("errno" in cause || "code" in cause) || cause.name === "SnowmeltError")
      throw cause;
    throw parquetError(
      "PARQUET_CORRUPT",
      `A ${nameOf(CodecId, codecId)} page cannot be decompressed: ${cause.message}.`,
      {
        cause,
      },
    );
  }
}
