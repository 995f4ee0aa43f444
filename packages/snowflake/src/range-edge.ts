import { createHash } from "node:crypto";
import type { TextRow } from "./driver.ts";

/** The rows behind a border that are looked at; where they are all equal, they tell nothing of their place. */
export const edgeRows = 32;

/**
 * The rows at a border up to the first that differs from the one before it, as they came in one download. Two downloads of
 * the same rows that are shifted against each other by a row cannot both show the same change at the same place.
 */
export interface RangeEdge {
  readonly first: TextRow;
  /** Rows equal to the first, itself included. */
  readonly equalRows: number;
  /** The row that differs; undefined when none did. */
  readonly changed: TextRow | undefined;
}

export interface EdgeCollector {
  /** The next row; ignored once the edge is known. */
  add(row: TextRow): void;
  /** Whether more rows would change nothing. */
  isKnown(): boolean;
  /** Undefined when no row came. */
  edge(): RangeEdge | undefined;
}

/** Collects an edge; two rows are held, however many are equal. Pure. */
export function openEdge(): EdgeCollector {
  let first: TextRow | undefined;
  let changed: TextRow | undefined;
  let equalRows = 0;
  const isKnown = (): boolean => changed !== undefined || equalRows === edgeRows;
  return {
    isKnown,
    add(row) {
      if (isKnown()) return;
      first ??= row;
      if (sameRow(first, row)) equalRows++;
      else changed = row;
    },
    edge: () => first && { first, equalRows, changed },
  };
}

/** Whether both show the same rows. */
export function sameEdge(one: RangeEdge | undefined, other: RangeEdge | undefined): boolean {
  if (!one || !other) return false;
  return one.equalRows === other.equalRows && sameRow(one.first, other.first) && sameRow(one.changed, other.changed);
}

/** Whether so many equal rows came that a shifted download would show the same. */
export const tellsNothing = (edge: RangeEdge | undefined): boolean => edge?.equalRows === edgeRows;

/** Names an edge without a value of its rows, so that it may be written down; undefined for none. */
export function edgeName(edge: RangeEdge | undefined): string | undefined {
  if (!edge) return undefined;
  const { first, equalRows, changed = null } = edge;
  return createHash("sha256")
    .update(JSON.stringify([first, equalRows, changed]))
    .digest("hex");
}

function sameRow(one: TextRow | undefined, other: TextRow | undefined): boolean {
  if (!one || !other) return one === other;
  return one.length === other.length && one.every((cell, at) => cell === other[at]);
}
