import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { openStore, parseStoreAddress } from "./open-store.ts";

describe("where a lake is", () => {
  it.each([
    ["lake", { kind: "file", path: "lake" }],
    ["./a lake", { kind: "file", path: "./a lake" }],
    ["/data/s3/lake", { kind: "file", path: "/data/s3/lake" }],
    ["file:///data/my%20lake", { kind: "file", path: "/data/my lake" }],
    ["s3://acme-lake", { kind: "s3", bucket: "acme-lake", prefix: "" }],
    ["s3://acme-lake/", { kind: "s3", bucket: "acme-lake", prefix: "" }],
    ["s3://acme-lake/prod/eu/", { kind: "s3", bucket: "acme-lake", prefix: "prod/eu" }],
    ["S3A://acme-lake/per%20cent", { kind: "s3", bucket: "acme-lake", prefix: "per%20cent" }],
  ])("%s", (root, address) => {
    expect(parseStoreAddress(root)).toEqual(address);
  });

  it.each(["", "s3://", "s3:///key", "s3:acme-lake", "gs://acme", "https://acme.s3.amazonaws.com/x", "file://host/x"])(
    "%j is refused, with what was expected",
    async (root) => {
      await expect(openStore(root)).rejects.toMatchObject({
        code: "STORE_OPTIONS_INVALID",
        message: expect.stringContaining("s3://bucket/prefix"),
      });
    },
  );

  it("opens a store of each kind at the root it was given", async () => {
    const folder = await mkdtemp(join(tmpdir(), "snowmelt-open-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = await openStore(pathToFileURL(folder).href);
    await file.put("a", new Uint8Array(1));
    expect((await openStore(folder)).uri).toBe(file.uri);
    const s3 = await openStore("s3://acme-lake/prod/", { s3: { region: "eu-west-1" } });
    expect(s3.uri).toBe("s3://acme-lake/prod");
    await expect(openStore("s3://Acme_Lake")).rejects.toThrow(/bucket is "Acme_Lake". Expected 3 to 63 lower-case/);
  });
});
