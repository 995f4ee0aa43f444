import type { LeafColumn } from "./leaf-column.ts";

/** Where rows of a leaf stand in it; half-open. */
export interface LeafRange {
  readonly entries: { readonly from: number; readonly to: number };
  readonly values: { readonly from: number; readonly to: number };
}

/** Finds rows of a leaf from its levels, going forward only, so that it holds no index of them. */
export interface LeafCursor {
  /** Rows [from, to), behind those of the last call. */
  take(from: number, to: number): LeafRange;
}

export function openLeafCursor({ definitions, repetitions, maxDefinition }: LeafColumn): LeafCursor {
  let [row, entry, value] = [0, 0, 0];
  const advance = (to: number): { readonly entry: number; readonly value: number } => {
    while (row < to && entry < definitions.length) {
      do {
        if (definitions[entry] === maxDefinition) value++;
        entry++;
      } while (repetitions && entry < definitions.length && repetitions[entry] !== 0);
      row++;
    }
    return { entry, value };
  };
  return {
    take(from, to) {
      const begin = advance(from);
      const end = advance(to);
      return {
        entries: { from: begin.entry, to: end.entry },
        values: { from: begin.value, to: end.value },
      };
    },
  };
}
