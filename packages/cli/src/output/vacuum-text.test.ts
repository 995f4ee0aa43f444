import { expect, test } from "vitest";
import { vacuumText } from "./vacuum-text.ts";

const plan = {
  deletes: [{ path: "data/run=a/part", sizeBytes: 3_000, reason: "forgotten" as const }],
  retained: [],
  unnamed: [],
  readableFrom: 4,
};

test("a vacuum tells of the uploads that it ended, and of those it kept", () => {
  const report = { version: 9, retentionMs: 0, plan, deleted: { files: 1, bytes: 3_000, revived: 0 } };
  const text = vacuumText({ ...report, uploads: { aborted: 1, kept: 2 } }, { dryRun: false });
  expect(text).toContain(
    "1 unfinished upload of more than a day ago ended.\n2 unfinished uploads of less than a day kept.\n",
  );
  expect(vacuumText({ ...report, uploads: { aborted: 0, kept: 0 } }, { dryRun: false })).not.toContain("upload");
});

test("a dry run says why each file would go", () => {
  const report = { version: 9, retentionMs: 0, plan, deleted: { files: 0, bytes: 0, revived: 0 } };
  const text = vacuumText({ ...report, uploads: { aborted: 0, kept: 0 } }, { dryRun: true });
  expect(text).toContain("  data/run=a/part  forgotten\n");
});
