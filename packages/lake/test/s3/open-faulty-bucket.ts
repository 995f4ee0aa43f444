import { ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import { manualClock } from "@snowmelt/core/ports";
import type { S3Store, S3StoreOptions } from "@snowmelt/lake/s3";
import { type FaultProxy, openFaultProxy } from "./fault-proxy.ts";
import { type LakeBucket, openLakeBucket } from "./open-lake-bucket.ts";

export interface FaultyBucket extends AsyncDisposable {
  readonly lake: LakeBucket;
  readonly proxy: FaultProxy;
  /** A store of its own behind the proxy, whose clock does not wait between tries. */
  open(options?: Partial<S3StoreOptions>): S3Store;
  /** Keys of uploads that were begun and neither ended nor aborted. */
  unfinished(): Promise<string[]>;
}

export async function openFaultyBucket(): Promise<FaultyBucket> {
  const lake = await openLakeBucket();
  const proxy = await openFaultProxy(lake.endpoint);
  return {
    lake,
    proxy,
    open: (options) => lake.open({ endpoint: proxy.endpoint, clock: manualClock(Date.now()), ...options }),
    async unfinished() {
      const { Uploads = [] } = await lake.client.send(new ListMultipartUploadsCommand({ Bucket: lake.options.bucket }));
      return Uploads.map(({ Key = "" }) => Key);
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await lake[Symbol.asyncDispose]();
    },
  };
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A body of `count` chunks of 1 MiB, each filled with its number. */
export async function* mebibytes(count: number): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(1024 * 1024);
  for (let at = 0; at < count; at++) yield chunk.fill(at);
}

export const minPartBytes = 5 * 1024 * 1024;
