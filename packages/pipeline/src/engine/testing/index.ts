export { engineStoresContract, type StoresUnderContract } from "./engine-stores-contract.ts";
