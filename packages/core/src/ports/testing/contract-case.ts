/** One promise of a port, for any runner: `for (const { name, run } of clockContract(open)) it(name, run)`. */
export interface ContractCase {
  readonly name: string;
  /** Rejects when the contract is broken. */
  readonly run: () => Promise<void>;
}

/** Cases that each get what is under contract newly opened. */
export function openCases<T>(open: () => T | Promise<T>): {
  readonly cases: readonly ContractCase[];
  contract(name: string, check: (opened: T) => void | Promise<void>): void;
} {
  const cases: ContractCase[] = [];
  return {
    cases,
    contract(name, check) {
      cases.push({ name, run: async () => check(await open()) });
    },
  };
}
