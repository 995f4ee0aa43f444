export { engineStoresContract, type StoresUnderContract } from "./engine-stores-contract.ts";
export { startClaimsContract } from "./start-claims-contract.ts";
export { versionedStoreContract } from "./versioned-store-contract.ts";
