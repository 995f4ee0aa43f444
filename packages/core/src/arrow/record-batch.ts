import { type Data, Field, makeData, RecordBatch, Schema, Struct, Table } from "apache-arrow";
import { type ColumnBatch, type Field as LandField, openVectorBuilder } from "../types/index.ts";
import { toArrowData } from "./arrow-data.ts";

/**
 * The batch as an Arrow record batch over the same memory: nothing is copied but decimals of up to 18 digits, which Arrow
 * holds in 16 bytes. Dates are `DateDay`, instants are timestamps in `UTC`, wall clocks have no zone. The batch must not be
 * changed while the record batch is in use.
 */
export function toRecordBatch(batch: ColumnBatch): RecordBatch {
  const children = batch.fields.map(({ type }, index): Data => {
    const vector = batch.columns[index];
    if (!vector)
      throw new RangeError(`the batch has ${batch.columns.length} vectors for ${batch.fields.length} fields`);
    return toArrowData(type, vector, batch.rowCount);
  });
  const fields = batch.fields.map(({ name, nullable }, index) => {
    const type = children[index]?.type;
    if (!type) throw new RangeError(`no data for field ${name}`);
    return new Field(name, type, nullable);
  });
  const data = makeData({ type: new Struct(fields), length: batch.rowCount, nullCount: 0, children });
  return new RecordBatch(new Schema(fields), data);
}

/** The Arrow schema of landed fields. */
export function toArrowSchema(fields: readonly LandField[]): Schema {
  return toRecordBatch({ fields, columns: fields.map(({ type }) => openVectorBuilder(type).finish()), rowCount: 0 })
    .schema;
}

/** Batches of the same fields as one Arrow table, over the same memory. */
export function toArrowTable(fields: readonly LandField[], batches: readonly ColumnBatch[]): Table {
  return new Table(toArrowSchema(fields), batches.map(toRecordBatch));
}
