import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type LocalSnowflake, startLocalSnowflake } from "@snowmelt/local";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const role = {
  accessKeyId: "ASIAROLEOFFUNCTION",
  secretAccessKey: "secret-of-the-functions-role",
  sessionToken: "token-of-the-functions-role",
  arn: "arn:aws:sts::123456789012:assumed-role/snowmelt-extract/snowmelt-extract",
};
const foreign = {
  accessKeyId: "ASIAROLEOFANOTHER",
  secretAccessKey: "secret-of-anothers-role",
  sessionToken: "token-of-anothers-role",
  arn: "arn:aws:sts::999999999999:assumed-role/snowmelt-extract/snowmelt-extract",
};

/** All that a Lambda function is told of who it is. */
const environmentOf = ({ accessKeyId, secretAccessKey, sessionToken }: typeof role) => ({
  AWS_REGION: "eu-central-1",
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_SESSION_TOKEN: sessionToken,
});
/** The driver attests to hosts of Snowflake alone, unless it is told of others. */
const local = { SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES: "127.0.0.1" };

describe("a function that logs in by its role", () => {
  let server: LocalSnowflake;
  beforeAll(async () => {
    server = await startLocalSnowflake({
      inProcess: true,
      users: [{ name: "LOADER", awsArns: ["arn:aws:iam::123456789012:role/snowmelt-extract"] }],
      awsIdentities: [role, foreign],
    });
  }, 120_000);
  afterAll(() => server?.[Symbol.asyncDispose]());

  /** In a process of its own, whose environment holds this and nothing else. */
  async function logIn(environment: Readonly<Record<string, string>>) {
    const folder = await mkdtemp(join(tmpdir(), "snowmelt-role-"));
    try {
      const entry = fileURLToPath(new URL("./children/log-in-by-role.ts", import.meta.url));
      const { account, host, port } = server;
      const args = ["--conditions=@snowmelt/source", "--no-warnings", entry, account, host, String(port)];
      const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: folder, env: environment });
      expect(await readdir(folder)).toEqual([]);
      return { told: JSON.parse(stdout) as Record<string, unknown>, output: stdout + stderr };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  it("needs a region, two keys and a session token, and nothing else", async () => {
    const { told } = await logIn({ ...environmentOf(role), ...local });
    expect(told).toEqual({ user: "LOADER" });
  });

  it.each([
    ["forged", { ...role, secretAccessKey: "guessed" }, "the signature does not match"],
    ["of a session that is not its own", { ...role, sessionToken: "stolen" }, "the session token is another"],
    ["of a key that AWS does not know", { ...role, accessKeyId: "ASIANOBODY" }, "the access key is unknown"],
    ["of the same role of another account", foreign, "No user is linked to this workload identity"],
  ])("is refused an identity that is %s, once and without a secret in the words", async (_, identity, reason) => {
    const { told, output } = await logIn({ ...environmentOf(identity), ...local });
    expect(told).toMatchObject({ code: "CREDENTIALS_REFUSED", retryable: false });
    expect(told.message).toContain(reason);
    for (const secret of [identity.secretAccessKey, identity.sessionToken]) expect(output).not.toContain(secret);
  });

  it("says so when it has no identity at all", async () => {
    const { told } = await logIn({ ...local, AWS_REGION: "eu-central-1", AWS_EC2_METADATA_DISABLED: "true" });
    expect(told).toMatchObject({ code: "CREDENTIALS_REFUSED", retryable: false });
    expect(told.message).toMatch(/credentials/i);
  });

  it("attests to no host but Snowflake's", async () => {
    const { told } = await logIn(environmentOf(role));
    expect(told).toMatchObject({ code: "CREDENTIALS_REFUSED" });
    expect(told.message).toContain("recognized Snowflake host");
  });

  it("is refused what was signed too long ago", async () => {
    await server.admin.advanceClock(20 * 60_000);
    const { told } = await logIn({ ...environmentOf(role), ...local });
    expect(told.message).toContain("signed too long ago");
  });
});
