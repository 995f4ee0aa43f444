/** How many items a call takes, by the API. */
export const glueLimits = {
  getPartitions: 1000,
  batchGetPartition: 1000,
  batchCreatePartition: 100,
  batchUpdatePartition: 100,
  batchDeletePartition: 25,
  listCrawls: 100,
} as const;

export function cutBatches<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
