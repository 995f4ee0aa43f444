/** A part of a backfill's range, with fixed bounds in the cursor's unit. Landed on a lane of its own. */
export interface BackfillSlice {
  readonly backfillId: string;
  /** From 1 to `of`. */
  readonly number: number;
  readonly of: number;
  /** As windows are: `[lo, hi)` in time, `(lo, hi]` for numbers. */
  readonly window: SliceWindow;
}

export interface SliceWindow {
  readonly lo: string;
  readonly hi: string;
}

/** What a run is to do with a dataset. */
export type Purpose =
  /** Go on from where the table ends. */
  | { readonly kind: "live" }
  /** Read the whole source and let it take the place of the table's rows; live runs go on from its moment. */
  | { readonly kind: "refresh" }
  /** Read one part of the past again and merge it. */
  | { readonly kind: "slice"; readonly slice: BackfillSlice };

export const live = { kind: "live" } as const satisfies Purpose;

/** A slice that was read before a refresh may hold rows that neither the source nor the table has any more. */
export const isBeforeRefresh = ({ kind }: Purpose, refreshedMicros: bigint | null, snapshotMicros: bigint): boolean =>
  kind === "slice" && refreshedMicros !== null && refreshedMicros > snapshotMicros;
