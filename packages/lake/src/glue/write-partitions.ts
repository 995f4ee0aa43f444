import type { PartitionInput } from "@aws-sdk/client-glue";
import type { CatalogTablePlan } from "./catalog-table.ts";
import type { GlueCatalog } from "./glue-calls.ts";
import { cutBatches, glueLimits } from "./glue-limits.ts";
import { type PartitionChange, valuesKey } from "./plan-partition-change.ts";

/** What one call did not do, item by item. */
export interface ItemFailure {
  readonly values: readonly string[];
  /** The API's error code, such as `AlreadyExistsException`. */
  readonly reason: string;
  readonly message: string;
}

export interface WrittenPartitions {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  /** What the catalog's present state, or another try, has to decide. */
  readonly again: readonly ItemFailure[];
  readonly refused: readonly ItemFailure[];
}

type Writes = Pick<GlueCatalog, "batchCreatePartition" | "batchUpdatePartition" | "batchDeletePartition">;

const PASSING =
  /^(InternalService|OperationTimeout|Throttling|ConcurrentModification|AlreadyExists|EntityNotFound)Exception$/;

/** Carries a change out, in calls as large as Glue allows. What a call refuses item by item does not stop the others. */
export async function writePartitions(
  glue: Writes,
  { database, name }: CatalogTablePlan,
  change: PartitionChange,
  signal?: AbortSignal,
): Promise<WrittenPartitions> {
  const table = { DatabaseName: database, TableName: name };
  const failures: ItemFailure[] = [];
  const done = { created: change.create.length, updated: change.update.length, deleted: change.remove.length };

  for (const batch of cutBatches(change.create, glueLimits.batchCreatePartition)) {
    const answer = await glue.batchCreatePartition({ ...table, PartitionInputList: [...batch] }, signal);
    const failed = (answer.Errors ?? []).map((one) => toFailure(one.PartitionValues, one.ErrorDetail));
    done.created -= failed.length;
    failures.push(...failed);
  }
  for (const batch of cutBatches(change.update, glueLimits.batchUpdatePartition)) {
    const answer = await glue.batchUpdatePartition({ ...table, Entries: batch.map(toEntry) }, signal);
    const failed = (answer.Errors ?? []).map((one) => toFailure(one.PartitionValueList, one.ErrorDetail));
    done.updated -= failed.length;
    failures.push(...failed);
  }
  for (const batch of cutBatches(change.remove, glueLimits.batchDeletePartition)) {
    const PartitionsToDelete = batch.map((values) => ({ Values: [...values] }));
    const answer = await glue.batchDeletePartition({ ...table, PartitionsToDelete }, signal);
    const failed = (answer.Errors ?? []).map((one) => toFailure(one.PartitionValues, one.ErrorDetail));
    done.deleted -= failed.length;
    // Gone already is what was wanted.
    failures.push(...failed.filter(({ reason }) => reason !== "EntityNotFoundException"));
  }
  return {
    ...done,
    again: failures.filter(({ reason }) => PASSING.test(reason)),
    refused: failures.filter(({ reason }) => !PASSING.test(reason)),
  };
}

function toEntry(input: PartitionInput) {
  return { PartitionValueList: input.Values ?? [], PartitionInput: input };
}

function toFailure(
  values: readonly string[] | undefined,
  detail: { readonly ErrorCode?: string | undefined; readonly ErrorMessage?: string | undefined } | undefined,
): ItemFailure {
  return { values: values ?? [], reason: detail?.ErrorCode ?? "", message: detail?.ErrorMessage ?? "" };
}

export function failureText({ values, reason, message }: ItemFailure): string {
  return `${valuesKey(values)}: ${reason}: ${message}`;
}
