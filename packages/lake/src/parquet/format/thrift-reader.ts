import { parquetError } from "../parquet-error.ts";
import { ThriftType } from "./thrift-writer.ts";

/**
 * A decoded struct: field id to value. Integers are numbers where safe, else bigint; binary is a view of the input.
 * Nothing is known of the schema here, so unknown fields cost nothing and do no harm.
 */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;
export type ThriftValue = boolean | number | bigint | Uint8Array | readonly ThriftValue[] | ThriftStruct;

/** Reads the struct at `start`; `end` is the offset after it. Throws PARQUET_CORRUPT on anything malformed or cut off. */
export function decodeThrift(bytes: Uint8Array, start = 0): { readonly value: ThriftStruct; readonly end: number } {
  let at = start;

  const corrupt = (what: string) => parquetError("PARQUET_CORRUPT", `Thrift ${what} at byte ${at} of ${bytes.length}.`);
  const byte = (): number => {
    const value = bytes[at];
    if (value === undefined) throw corrupt("struct is cut off");
    at++;
    return value;
  };
  const varint = (): number | bigint => {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const next = byte();
      value |= (next & 127) << shift;
      if (next < 128) return value;
    }
    let wide = BigInt(value);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const next = byte();
      wide |= BigInt(next & 127) << shift;
      if (next < 128) return BigInt.asUintN(64, wide);
    }
    throw corrupt("integer is longer than 64 bits");
  };
  const zigzag = (): number | bigint => {
    const value = varint();
    if (typeof value === "number") return (value >>> 1) ^ -(value & 1);
    const decoded = (value >> 1n) ^ -(value & 1n);
    return decoded >= -(2n ** 53n) && decoded <= 2n ** 53n ? Number(decoded) : decoded;
  };
  const size = (): number => {
    const value = Number(varint());
    if (value > bytes.length - at) throw corrupt(`announces ${value} bytes or items`);
    return value;
  };
  const value = (type: number, depth: number): ThriftValue => {
    switch (type) {
      case ThriftType.TRUE:
      case ThriftType.FALSE:
        return byte() === ThriftType.TRUE;
      case ThriftType.BYTE:
        return (byte() << 24) >> 24;
      case ThriftType.I16:
      case ThriftType.I32:
      case ThriftType.I64:
        return zigzag();
      case ThriftType.DOUBLE: {
        if (at + 8 > bytes.length) throw corrupt("double is cut off");
        at += 8;
        return new DataView(bytes.buffer, bytes.byteOffset + at - 8, 8).getFloat64(0, true);
      }
      case ThriftType.BINARY: {
        const length = size();
        at += length;
        return bytes.subarray(at - length, at);
      }
      case ThriftType.LIST:
      case ThriftType.SET: {
        const header = byte();
        const count = header >> 4 === 15 ? size() : header >> 4;
        return Array.from({ length: count }, () => value(header & 15, depth + 1));
      }
      case ThriftType.MAP: {
        const count = size();
        if (count === 0) return [];
        const types = byte();
        return Array.from({ length: count }, () => [value(types >> 4, depth + 1), value(types & 15, depth + 1)]);
      }
      case ThriftType.STRUCT:
        return struct(depth + 1);
      default:
        throw corrupt(`has the unknown type ${type}`);
    }
  };
  const struct = (depth: number): ThriftStruct => {
    if (depth > 32) throw corrupt("is nested too deeply");
    const fields = new Map<number, ThriftValue>();
    let id = 0;
    for (;;) {
      const header = byte();
      if (header === 0) return fields;
      const type = header & 15;
      id = header >> 4 === 0 ? Number(zigzag()) : id + (header >> 4);
      const flag = type === ThriftType.TRUE || type === ThriftType.FALSE;
      fields.set(id, flag ? type === ThriftType.TRUE : value(type, depth));
    }
  };
  return { value: struct(0), end: at };
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Typed access to a struct's fields; a wrong or missing one is PARQUET_CORRUPT naming `what`. */
export function fieldsOf(struct: ThriftStruct, what: string) {
  const wrong = (id: number, expected: string) =>
    parquetError("PARQUET_CORRUPT", `Field ${id} of ${what}: expected ${expected}, got ${typeof struct.get(id)}.`);
  const optional =
    <T>(expected: string, accept: (value: ThriftValue) => T | undefined) =>
    (id: number): T | undefined => {
      const value = struct.get(id);
      if (value === undefined) return undefined;
      const accepted = accept(value);
      if (accepted === undefined) throw wrong(id, expected);
      return accepted;
    };
  const integer = optional("an integer", (value) => (typeof value === "number" ? value : undefined));
  const binary = optional("bytes", (value) => (value instanceof Uint8Array ? value : undefined));
  const boolean = optional("a boolean", (value) => (typeof value === "boolean" ? value : undefined));
  const nested = optional("a struct", asStruct);
  const list = optional("a list", (value) => (Array.isArray(value) ? (value as readonly ThriftValue[]) : undefined));
  const required = <T>(id: number, value: T | undefined): T => {
    if (value === undefined) throw wrong(id, "a value");
    return value;
  };
  const string = (id: number): string | undefined => {
    const bytes = binary(id);
    return bytes && utf8.decode(bytes);
  };
  return {
    integer,
    binary,
    boolean,
    struct: nested,
    string,
    list,
    count: (id: number): number => {
      const value = required(id, integer(id));
      if (value < 0) throw wrong(id, "a count, not a negative number");
      return value;
    },
    requiredInteger: (id: number): number => required(id, integer(id)),
    requiredStruct: (id: number): ThriftStruct => required(id, nested(id)),
    structs: (id: number): readonly ThriftStruct[] => (list(id) ?? []).map((item) => required(id, asStruct(item))),
  };
}

const asStruct = (value: ThriftValue): ThriftStruct | undefined => (value instanceof Map ? value : undefined);
