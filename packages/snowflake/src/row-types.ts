import type { SourceColumn } from "@snowmelt/core/types";

type UpTo15 = "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "10" | "11" | "12" | "13" | "14" | "15";

/**
 * The TypeScript type of a Snowflake type's value in `rows()`, exact:
 * NUMBER(p,0) is `number` up to 15 digits, which a double always holds, and `bigint` above; NUMBER(p,s), DECFLOAT, DATE, TIME and
 * every TIMESTAMP are text, because no JavaScript value holds them whole; FLOAT is `number`; BINARY is bytes; VARIANT, OBJECT,
 * ARRAY, MAP, VECTOR and the geo types are JSON text.
 */
export type ValueOf<T extends string> = T extends `NUMBER(${infer P},${infer S})`
  ? S extends "0"
    ? P extends UpTo15
      ? number
      : bigint
    : string
  : T extends "FLOAT"
    ? number
    : T extends "BOOLEAN"
      ? boolean
      : T extends `BINARY(${string})`
        ? Uint8Array
        : string;

/** With NULL, unless the column is NOT NULL. */
export type ColumnValue<T extends string> = T extends `${infer Base} NOT NULL` ? ValueOf<Base> : ValueOf<T> | null;

/** One row of a source, by its exact column names. */
export type RowOf<C extends readonly SourceColumn[]> = { -readonly [K in C[number] as K[0]]: ColumnValue<K[1]> };
