import type { TypeMapping } from "./landing.ts";
import { anyTargetMapping } from "./mapping-any-target.ts";

/** Plain Parquet: TIME has a type of its own, and TIMESTAMP_NTZ stays without a zone. */
export const parquetMapping: TypeMapping = (type) => {
  switch (type.kind) {
    case "time":
      return { kind: "time", unit: "us" };
    case "timestamp_ntz":
      return { kind: "timestamp", unit: "us", utc: false };
    default:
      return anyTargetMapping(type);
  }
};
