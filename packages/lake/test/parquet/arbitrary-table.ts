import type { Field, LandType, Value } from "@snowmelt/core/types";
import fc from "fast-check";

export interface Table {
  readonly fields: readonly Field[];
  readonly rows: readonly (readonly Value[])[];
}

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

const landType: fc.Arbitrary<LandType> = fc.oneof(
  fc.constantFrom<LandType>(
    { kind: "boolean" },
    { kind: "int32" },
    { kind: "int64" },
    { kind: "float64" },
    { kind: "date" },
    { kind: "string" },
    { kind: "binary" },
    { kind: "time", unit: "us" },
    { kind: "time", unit: "ns" },
    { kind: "timestamp", unit: "us", utc: true },
    { kind: "timestamp", unit: "us", utc: false },
    { kind: "timestamp", unit: "ns", utc: false },
  ),
  fc.integer({ min: 1, max: 38 }).chain((precision) =>
    fc.record({
      kind: fc.constant("decimal" as const),
      precision: fc.constant(precision),
      scale: fc.integer({ min: 0, max: precision }),
    }),
  ),
);

function anyValue(type: LandType): fc.Arbitrary<Value> {
  switch (type.kind) {
    case "boolean":
      return fc.boolean();
    case "int32":
      return fc.integer();
    case "int64":
      return int64;
    case "float64":
      return fc.double();
    case "date":
      return fc.integer({ min: -719_162, max: 2_932_896 });
    case "string":
      return fc.string({ unit: "binary", maxLength: 90 });
    case "binary":
      return fc.uint8Array({ maxLength: 90 });
    case "time":
      return fc.bigInt({ min: 0n, max: type.unit === "us" ? 86_399_999_999n : 86_399_999_999_999n });
    case "timestamp":
      // DuckDB holds timestamps of the years -290,307 to 294,246 alone, and keeps two values for the infinities.
      return type.unit === "us"
        ? fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n })
        : fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n });
    case "decimal": {
      const max = 10n ** BigInt(type.precision) - 1n;
      return type.precision <= 9 ? fc.integer({ min: -Number(max), max: Number(max) }) : fc.bigInt({ min: -max, max });
    }
    default:
      return type satisfies never;
  }
}

/** A column's values are drawn afresh or from a few, so that dictionaries are kept, abandoned and never begun. */
const column = (rowCount: number, name: string) =>
  fc.tuple(landType, fc.boolean(), fc.integer({ min: 1, max: 40 })).chain(([type, nullable, distinct]) => {
    const value = anyValue(type);
    const few = fc.array(value, { minLength: distinct, maxLength: distinct }).chain((pool) => fc.constantFrom(...pool));
    const drawn = fc.oneof(value, few);
    const cell = nullable ? fc.option(drawn, { nil: null, freq: 4 }) : drawn;
    return fc.record({
      field: fc.constant<Field>({ name, type, nullable }),
      values: fc.array(cell, { minLength: rowCount, maxLength: rowCount }),
    });
  });

/** Random flat schemas with random rows. */
export const arbitraryTable = ({ maxRows }: { readonly maxRows: number }): fc.Arbitrary<Table> =>
  fc.tuple(fc.integer({ min: 0, max: maxRows }), fc.integer({ min: 1, max: 6 })).chain(([rowCount, columnCount]) =>
    fc.tuple(...Array.from({ length: columnCount }, (_, index) => column(rowCount, `c${index}`))).map((columns) => ({
      fields: columns.map(({ field }) => field),
      rows: Array.from({ length: rowCount }, (_, row) => columns.map(({ values }) => values[row] ?? null)),
    })),
  );
