export type { ColumnRefusal } from "./accept-column.ts";
export {
  type FileRefusal,
  type RegisterOptions,
  type Registration,
  registerFiles,
  type StagedFile,
} from "./register-files.ts";
