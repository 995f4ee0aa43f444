export { toPartitionFolders } from "./partition-folder.ts";
export { type LayoutPartition, planTableLayout, type TableLayout } from "./table-layout.ts";
