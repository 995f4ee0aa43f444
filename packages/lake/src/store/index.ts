export { type FileStoreOptions, openFileStore } from "./file-store.ts";
export { type OpenStoreOptions, openStore, parseStoreAddress, type StoreAddress } from "./open-store.ts";
