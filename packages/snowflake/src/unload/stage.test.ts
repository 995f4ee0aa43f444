import { describe, expect, it } from "vitest";
import { checkStage, parseStage } from "./stage.ts";

const name = { database: "LAKE", schema: "PUBLIC", name: "LANDING" };
const stageAt = (url: string) => parseStage(name, [{ parent: "STAGE_LOCATION", property: "URL", value: url }]);

describe("a stage", () => {
  it("is read from its properties", () => {
    expect(
      parseStage(name, [
        { parent: "STAGE_FILE_FORMAT", property: "TYPE", value: "CSV" },
        { parent: "STAGE_LOCATION", property: "URL", value: '["s3://lake/landing"]' },
        { parent: "STAGE_INTEGRATION", property: "STORAGE_INTEGRATION", value: "LAKE_S3" },
        { parent: "STAGE_CREDENTIALS", property: "ENCRYPTION_TYPE", value: "AWS_SSE_KMS" },
        { parent: "STAGE_CREDENTIALS", property: "KMS_KEY_ID", value: "alias/lake" },
      ]),
    ).toEqual({
      ...name,
      kind: "external",
      url: "s3://lake/landing/",
      integration: "LAKE_S3",
      encryption: "AWS_SSE_KMS",
      kmsKeyId: "alias/lake",
    });
    expect(stageAt("")).toMatchObject({ kind: "internal", url: undefined, encryption: undefined });
    expect(() => stageAt('["s3://a/","s3://b/"]')).toThrow(/2 locations/);
  });

  it.each([
    ["s3://lake/", "s3://lake/raw/t", "raw/t/"],
    ["s3://lake", "s3://lake/raw/t/", "raw/t/"],
    ["s3://lake/raw/", "s3://lake/raw/t", "t/"],
    ["s3://lake/raw/t/", "s3://lake/raw/t", ""],
    ["s3gov://lake/", "s3://lake/raw/t", "raw/t/"],
    ["file:///data/lake/", "file:///data/lake/raw/t", "raw/t/"],
  ])("at %s holds %s below %j", (url, folder, prefix) => {
    expect(checkStage(stageAt(url), folder)).toEqual({ prefix });
  });

  it.each([
    ["s3://lake/raw/", "s3://lake/rawer/t"],
    ["s3://lake/raw/t/", "s3://lake/raw"],
    ["s3://lake-2/", "s3://lake/raw/t"],
    ["s3://Lake/", "s3://lake/raw/t"],
    ["gcs://lake/", "s3://lake/raw/t"],
    ["", "s3://lake/raw/t"],
  ])("at %j is not above %s", (url, folder) => {
    expect(() => checkStage(stageAt(url), folder)).toThrow(
      expect.objectContaining({ code: "STAGE_MISMATCH", message: expect.stringContaining(folder) }),
    );
  });
});
