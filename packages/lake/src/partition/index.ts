export { toPartitionFolders } from "./partition-folder.ts";
export { parsePartitionText, toPartitionText } from "./partition-value.ts";
export { type LayoutPartition, planTableLayout, type TableLayout } from "./table-layout.ts";
