export { type ContractCase, objectStoreContract } from "./object-store-contract.ts";
