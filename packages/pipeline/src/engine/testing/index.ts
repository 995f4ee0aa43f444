export { callCounterContract } from "./call-counter-contract.ts";
export { engineStoresContract, type StoresUnderContract } from "./engine-stores-contract.ts";
export { leaseStoreContract } from "./lease-store-contract.ts";
export { type RunStoreUnderContract, runStoreContract } from "./run-store-contract.ts";
export { versionedStoreContract } from "./versioned-store-contract.ts";
