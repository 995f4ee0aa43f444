import { compilationError } from "../failures.ts";
import { cast } from "../types/cast.ts";
import { BINARY, type LogicalType, number, TEXT } from "../types/logical-type.ts";
import { type Typed, typed } from "../types/typed.ts";
import { asText, at, type BoundCall, type FunctionRule, type FunctionTable, scalar, textRule } from "./rule.ts";

/** The bytes of a BINARY, or of text in UTF-8. */
function bytes(value: Typed, call: BoundCall): string {
  return value.type.kind === "binary" ? value.sql : `encode(${asText(value, call)})`;
}

function digest(name: "md5" | "sha1", build: (hex: string) => string, type: LogicalType): FunctionRule {
  return scalar(1, 1, (args, call) => typed(build(`${name}(${bytes(at(args, 0), call)})`), type));
}

const SHA2 = (build: (hex: string) => string, type: LogicalType): FunctionRule =>
  scalar(1, 2, (args, call) => {
    const size = args[1]?.constant ?? "256";
    if (size !== "256")
      throw compilationError(`SHA2 with a digest of ${size} bits is not supported, only 256`, "000002");
    return typed(build(`sha256(${bytes(at(args, 0), call)})`), type);
  });

const hexEncode: FunctionRule = scalar(1, 2, (args, call) => {
  const hex = `hex(${bytes(at(args, 0), call)})`;
  return typed(args[1]?.constant === "0" ? `lower(${hex})` : hex, TEXT, at(args, 0).nullable);
});

/** Hashes and encodings. */
export const BINARY_FUNCTIONS: FunctionTable = {
  MD5: digest("md5", (hex) => hex, { kind: "text", length: 32 }),
  MD5_HEX: digest("md5", (hex) => hex, { kind: "text", length: 32 }),
  MD5_BINARY: digest("md5", (hex) => `unhex(${hex})`, BINARY),
  MD5_NUMBER_LOWER64: digest(
    "md5",
    (hex) => `CAST(CAST('0x' || right(${hex}, 16) AS UBIGINT) AS DECIMAL(20,0))`,
    number(20, 0),
  ),
  MD5_NUMBER_UPPER64: digest(
    "md5",
    (hex) => `CAST(CAST('0x' || left(${hex}, 16) AS UBIGINT) AS DECIMAL(20,0))`,
    number(20, 0),
  ),
  SHA1: digest("sha1", (hex) => hex, { kind: "text", length: 40 }),
  SHA1_HEX: digest("sha1", (hex) => hex, { kind: "text", length: 40 }),
  SHA1_BINARY: digest("sha1", (hex) => `unhex(${hex})`, BINARY),
  SHA2: SHA2((hex) => hex, { kind: "text", length: 128 }),
  SHA2_HEX: SHA2((hex) => hex, { kind: "text", length: 128 }),
  SHA2_BINARY: SHA2((hex) => `unhex(${hex})`, BINARY),
  HEX_ENCODE: hexEncode,
  HEX_DECODE_STRING: textRule(1, 1, (value) => `decode(COALESCE(sf_unhex(${value}), sf_bad_hex(${value})))`),
  HEX_DECODE_BINARY: scalar(1, 1, (args, call) => cast(at(args, 0), BINARY, call.mode)),
  TRY_HEX_DECODE_BINARY: scalar(1, 1, (args, call) => cast(at(args, 0), BINARY, { ...call.mode, safe: true })),
  BASE64_ENCODE: scalar(1, 1, (args, call) => typed(`to_base64(${bytes(at(args, 0), call)})`, TEXT)),
  BASE64_DECODE_STRING: textRule(1, 1, (value) => `decode(from_base64(${value}))`),
  BASE64_DECODE_BINARY: textRule(1, 1, (value) => `from_base64(${value})`, BINARY),
};
