import type { TypeMapping } from "./landing.ts";
import { anyTargetMapping } from "./mapping-any-target.ts";

/** Delta reader 1 / writer 2: no TIME (text), and every timestamp is an instant (TIMESTAMP_NTZ is declared UTC). */
export const deltaMapping: TypeMapping = (type) => {
  switch (type.kind) {
    case "time":
      return { kind: "string" };
    case "timestamp_ntz":
      return { kind: "timestamp", unit: "us", utc: true };
    default:
      return anyTargetMapping(type);
  }
};
