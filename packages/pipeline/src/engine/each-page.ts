import { mapConcurrent } from "./map-concurrent.ts";

const concurrency = 8;

/** Page after page, each entry once, and past those that stay due whatever is done. False where the time was up. */
export async function eachPage<T>(
  page: (limit: number) => Promise<readonly T[]>,
  {
    pageSize,
    isTime,
    idOf,
  }: { readonly pageSize: number; readonly isTime: () => boolean; readonly idOf: (entry: T) => string },
  work: (entry: T) => Promise<void>,
): Promise<boolean> {
  const looked = new Set<string>();
  while (isTime()) {
    const found = (await page(looked.size + pageSize)).filter((entry) => !looked.has(idOf(entry)));
    if (found.length === 0) return true;
    await mapConcurrent(found, concurrency, async (entry) => {
      if (!isTime()) return;
      looked.add(idOf(entry));
      await work(entry);
    });
  }
  return false;
}
