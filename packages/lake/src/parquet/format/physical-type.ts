import { type LandType, type Storage, storageOf } from "@snowmelt/core/types";
import { Physical } from "./format.ts";

/** The Parquet physical type a land type is written as. */
export function physicalOf(type: LandType): Physical {
  return physicalOfStorage(storageOf(type));
}

/** Bytes of one PLAIN value; `bytes` storage adds its own length to these 4. */
export function plainWidth(storage: Storage): number {
  switch (storage) {
    case "bit":
      return 1 / 8;
    case "int32":
    case "bytes":
      return 4;
    case "int64":
    case "float64":
      return 8;
    case "int128":
      return 16;
    default:
      return storage satisfies never;
  }
}

function physicalOfStorage(storage: Storage): Physical {
  switch (storage) {
    case "bit":
      return Physical.BOOLEAN;
    case "int32":
      return Physical.INT32;
    case "int64":
      return Physical.INT64;
    case "float64":
      return Physical.DOUBLE;
    case "int128":
      return Physical.FIXED_LEN_BYTE_ARRAY;
    case "bytes":
      return Physical.BYTE_ARRAY;
    default:
      return storage satisfies never;
  }
}
