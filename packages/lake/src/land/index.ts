export { type LandedFile, snapshotMicrosOf, toAddFile } from "./landed-file.ts";
export { landBatches, openTableWriter, type TableWriter, type TableWriterOptions } from "./table-writer.ts";
