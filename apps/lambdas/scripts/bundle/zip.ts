import { crc32, deflateRawSync } from "node:zlib";

export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const VERSION = 20;
/** Bit 11: names are UTF-8. */
const FLAGS = 0x0800;
const DEFLATE = 8;
/** 1980-01-01 00:00, the earliest that the format knows. */
const DOS_DATE = 0x0021;
/** Made on Unix, a plain file that everyone may read: Lambda runs as a user of its own. */
const MADE_BY = (3 << 8) | VERSION;
const ATTRIBUTES = (0o100644 << 16) >>> 0;

/**
 * A zip whose bytes depend on its entries alone: sorted by name, of one time, owner and mode. Deflated by this Node's zlib,
 * whose version the lock file pins with Node. No ZIP64: entries below 4 GiB. Pure.
 */
export function zipOf(entries: readonly ZipEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes } of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const encoded = Buffer.from(name, "utf8");
    const deflated = deflateRawSync(bytes, { level: 9 });
    const about = describe({ crc: crc32(bytes), deflatedBytes: deflated.length, bytes: bytes.length, encoded });
    parts.push(localHeader(about), encoded, deflated);
    directory.push(centralHeader(about, offset), encoded);
    offset += 30 + encoded.length + deflated.length;
  }
  const directoryBytes = directory.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([...parts, ...directory, endRecord({ entries: entries.length, directoryBytes, offset })]);
}

interface Described {
  readonly crc: number;
  readonly deflatedBytes: number;
  readonly bytes: number;
  readonly encoded: Uint8Array;
}

/** What both headers of an entry say alike, from "version needed" to the length of the name. */
function describe({ crc, deflatedBytes, bytes, encoded }: Described): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(VERSION, 0);
  fields.writeUInt16LE(FLAGS, 2);
  fields.writeUInt16LE(DEFLATE, 4);
  fields.writeUInt16LE(0, 6);
  fields.writeUInt16LE(DOS_DATE, 8);
  fields.writeUInt32LE(crc, 10);
  fields.writeUInt32LE(deflatedBytes, 14);
  fields.writeUInt32LE(bytes, 18);
  fields.writeUInt16LE(encoded.length, 22);
  return fields;
}

const localHeader = (about: Buffer): Buffer => Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), about]);

function centralHeader(about: Buffer, offset: number): Buffer {
  const madeBy = Buffer.alloc(2);
  madeBy.writeUInt16LE(MADE_BY, 0);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(ATTRIBUTES, 6);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([Buffer.from("PK\x01\x02", "latin1"), madeBy, about, rest]);
}

function endRecord(about: { readonly entries: number; readonly directoryBytes: number; readonly offset: number }) {
  const record = Buffer.alloc(22);
  record.write("PK\x05\x06", 0, "latin1");
  record.writeUInt16LE(about.entries, 8);
  record.writeUInt16LE(about.entries, 10);
  record.writeUInt32LE(about.directoryBytes, 12);
  record.writeUInt32LE(about.offset, 16);
  return record;
}
