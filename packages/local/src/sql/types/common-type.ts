import { compilationError } from "../failures.ts";
import { type LogicalType, number, printType, VARIANT } from "./logical-type.ts";

const TIMESTAMP_RANK = ["date", "timestamp_ntz", "timestamp_ltz", "timestamp_tz"];

/** The type both sides of a comparison, CASE, COALESCE or UNION are brought to. */
export function commonType(left: LogicalType, right: LogicalType): LogicalType {
  if (left.kind === "null") return right;
  if (right.kind === "null") return left;
  if (left.kind === right.kind) return widest(left, right);
  return mixed(left, right) ?? mixed(right, left) ?? refuse(left, right);
}

export function commonTypeOf(types: readonly LogicalType[]): LogicalType {
  return types.reduce(commonType, { kind: "null" });
}

function widest(left: LogicalType, right: LogicalType): LogicalType {
  if (left.kind === "number" && right.kind === "number") {
    const scale = Math.max(left.scale, right.scale);
    return number(Math.min(38, Math.max(left.precision - left.scale, right.precision - right.scale) + scale), scale);
  }
  if ("length" in left && "length" in right) return left.length >= right.length ? left : right;
  if ("scale" in left && "scale" in right) return left.scale >= right.scale ? left : right;
  if (left.kind === "vector" && right.kind === "vector" && left.dimension !== right.dimension)
    return refuse(left, right);
  return left;
}

function mixed(left: LogicalType, right: LogicalType): LogicalType | null {
  if (left.kind === "variant") return VARIANT;
  if (left.kind === "real" && (right.kind === "number" || right.kind === "text")) return left;
  if (left.kind === "object" && right.kind === "array") return null;
  if (right.kind === "text" && !["object", "array", "vector", "interval"].includes(left.kind)) return left;
  const ranks = [TIMESTAMP_RANK.indexOf(left.kind), TIMESTAMP_RANK.indexOf(right.kind)] as const;
  if (ranks[0] > ranks[1] && ranks[1] >= 0) return left;
  if (left.kind === "boolean" && right.kind === "number") return left;
  return null;
}

function refuse(left: LogicalType, right: LogicalType): never {
  throw compilationError(
    `Can not convert parameter of type [${printType(right)}] into expected type [${printType(left)}]`,
    "001065",
    "22023",
  );
}
