import type {
  BatchCreatePartitionRequest,
  BatchCreatePartitionResponse,
  BatchDeletePartitionRequest,
  BatchDeletePartitionResponse,
  BatchGetPartitionRequest,
  BatchGetPartitionResponse,
  BatchUpdatePartitionRequest,
  BatchUpdatePartitionResponse,
  CreateTableRequest,
  GetCrawlerRequest,
  GetCrawlerResponse,
  GetPartitionsRequest,
  GetPartitionsResponse,
  GetTableRequest,
  GetTableResponse,
  ListCrawlsRequest,
  ListCrawlsResponse,
  StartCrawlerRequest,
  UpdateTableRequest,
} from "@aws-sdk/client-glue";

/** One operation of Glue, in the API's own shapes. Rejects on abort; the request may have been carried out all the same. */
export type GlueCall<Input, Output> = (input: Input, signal?: AbortSignal) => Promise<Output>;

/** What is asked of the catalog. */
export interface GlueCatalog {
  readonly getTable: GlueCall<GetTableRequest, GetTableResponse>;
  readonly createTable: GlueCall<CreateTableRequest, unknown>;
  readonly updateTable: GlueCall<UpdateTableRequest, unknown>;
  readonly getPartitions: GlueCall<GetPartitionsRequest, GetPartitionsResponse>;
  readonly batchGetPartition: GlueCall<BatchGetPartitionRequest, BatchGetPartitionResponse>;
  readonly batchCreatePartition: GlueCall<BatchCreatePartitionRequest, BatchCreatePartitionResponse>;
  readonly batchUpdatePartition: GlueCall<BatchUpdatePartitionRequest, BatchUpdatePartitionResponse>;
  readonly batchDeletePartition: GlueCall<BatchDeletePartitionRequest, BatchDeletePartitionResponse>;
}

/** What is asked of crawlers. */
export interface GlueCrawlers {
  readonly getCrawler: GlueCall<GetCrawlerRequest, GetCrawlerResponse>;
  readonly startCrawler: GlueCall<StartCrawlerRequest, unknown>;
  readonly listCrawls: GlueCall<ListCrawlsRequest, ListCrawlsResponse>;
}

/**
 * Glue as far as Snowmelt asks it. Errors are the API's, told by their `name`, until `patientCatalog` and
 * `patientCrawlers` make them ours.
 */
export type GlueCalls = GlueCatalog & GlueCrawlers;
