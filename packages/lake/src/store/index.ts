export { type FileStoreOptions, openFileStore } from "./file-store.ts";
