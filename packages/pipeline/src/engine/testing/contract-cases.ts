import type { ContractCase } from "@snowmelt/core/ports/testing";

/** Cases that each get what is under contract newly opened. */
export function contractCases<T>(open: () => Promise<T>): {
  readonly cases: readonly ContractCase[];
  contract(name: string, check: (opened: T) => Promise<void>): void;
} {
  const cases: ContractCase[] = [];
  return {
    cases,
    contract(name, check) {
      cases.push({ name, run: async () => check(await open()) });
    },
  };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
