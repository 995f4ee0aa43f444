/** Compact-protocol type codes. */
export const ThriftType = {
  TRUE: 1,
  FALSE: 2,
  BYTE: 3,
  I16: 4,
  I32: 5,
  I64: 6,
  DOUBLE: 7,
  BINARY: 8,
  LIST: 9,
  SET: 10,
  MAP: 11,
  STRUCT: 12,
} as const;

/** Writes one struct in the Thrift compact protocol. Field ids ascend within a struct; integers have at most 52 bits. */
export interface ThriftWriter {
  bool(id: number, value: boolean): void;
  i16(id: number, value: number): void;
  i32(id: number, value: number): void;
  i64(id: number, value: number): void;
  binary(id: number, value: Uint8Array): void;
  string(id: number, value: string): void;
  struct(id: number, body: () => void): void;
  structs<T>(id: number, items: readonly T[], body: (item: T, index: number) => void): void;
  strings(id: number, items: readonly string[]): void;
  binaries(id: number, items: readonly Uint8Array[]): void;
  i32s(id: number, items: readonly number[]): void;
  i64s(id: number, items: readonly number[]): void;
  bools(id: number, items: readonly boolean[]): void;
}

const text = new TextEncoder();

export function encodeThrift(body: (writer: ThriftWriter) => void): Uint8Array {
  let bytes = new Uint8Array(256);
  let length = 0;
  let lastId = 0;

  const byte = (value: number): void => {
    if (length === bytes.length) reserve(1);
    bytes[length++] = value;
  };
  const reserve = (count: number): void => {
    if (length + count <= bytes.length) return;
    const grown = new Uint8Array(Math.max(length + count, bytes.length * 2));
    grown.set(bytes);
    bytes = grown;
  };
  const varint = (value: number): void => {
    let rest = value;
    while (rest > 127) {
      byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    byte(rest);
  };
  const zigzag = (value: number): void => varint(value < 0 ? -value * 2 - 1 : value * 2);
  const raw = (value: Uint8Array): void => {
    varint(value.length);
    reserve(value.length);
    bytes.set(value, length);
    length += value.length;
  };
  const field = (id: number, type: number): void => {
    const delta = id - lastId;
    if (delta > 0 && delta < 16) byte((delta << 4) | type);
    else {
      byte(type);
      zigzag(id);
    }
    lastId = id;
  };
  const list = (id: number, type: number, count: number): void => {
    field(id, ThriftType.LIST);
    if (count < 15) byte((count << 4) | type);
    else {
      byte(0xf0 | type);
      varint(count);
    }
  };
  const struct = (content: () => void): void => {
    const outer = lastId;
    lastId = 0;
    content();
    byte(0);
    lastId = outer;
  };

  struct(() =>
    body({
      bool: (id, value) => field(id, value ? ThriftType.TRUE : ThriftType.FALSE),
      i16(id, value) {
        field(id, ThriftType.I16);
        zigzag(value);
      },
      i32(id, value) {
        field(id, ThriftType.I32);
        zigzag(value);
      },
      i64(id, value) {
        field(id, ThriftType.I64);
        zigzag(value);
      },
      binary(id, value) {
        field(id, ThriftType.BINARY);
        raw(value);
      },
      string(id, value) {
        field(id, ThriftType.BINARY);
        raw(text.encode(value));
      },
      struct(id, content) {
        field(id, ThriftType.STRUCT);
        struct(content);
      },
      structs(id, items, content) {
        list(id, ThriftType.STRUCT, items.length);
        items.forEach((item, index) => {
          struct(() => content(item, index));
        });
      },
      strings(id, items) {
        list(id, ThriftType.BINARY, items.length);
        for (const item of items) raw(text.encode(item));
      },
      binaries(id, items) {
        list(id, ThriftType.BINARY, items.length);
        for (const item of items) raw(item);
      },
      i32s(id, items) {
        list(id, ThriftType.I32, items.length);
        for (const item of items) zigzag(item);
      },
      i64s(id, items) {
        list(id, ThriftType.I64, items.length);
        for (const item of items) zigzag(item);
      },
      bools(id, items) {
        list(id, ThriftType.TRUE, items.length);
        for (const item of items) byte(item ? ThriftType.TRUE : ThriftType.FALSE);
      },
    }),
  );
  return bytes.slice(0, length);
}
