import { createHash, randomUUID } from "node:crypto";
import { keyPair, secret } from "@snowmelt/core/definition";
import { withSource } from "../../quickstart/open-source.ts";
import * as names from "../names.ts";
import { releaseAll } from "../release-all.ts";
import { type Act, expect, openBucket, type Stage } from "./act.ts";
import { landChange } from "./flights-acts.ts";

/** What functions believe of a release, and a little. */
const releaseCacheMs = 65_000;

export const keys: Act = {
  name: "keys",
  summary: "a release with a key pair in Secrets Manager takes over; runs go on through each step of its rotation",
  async play(stage) {
    const { server, say } = stage;
    await using state = openBucket(stage, names.stateBucket);
    const auth = keyPair(secret(`aws:${names.keySecretName}#privateKey`));
    await releaseAll(state, server, { user: names.keyUser, auth });
    say("released: functions log in by a key pair from now on");
    await new Promise((resolve) => setTimeout(resolve, releaseCacheMs));

    const before = await keysOf(stage);
    const ClientRequestToken = randomUUID();
    for (const Step of ["createSecret", "setSecret", "testSecret", "finishSecret"]) {
      await rotate(stage, { Step, ClientRequestToken });
      if (Step !== "setSecret" && Step !== "finishSecret") continue;
      await landChange(stage, { name: `after ${Step}`, inserts: Step === "setSecret" ? 5000 : 6000 });
      say(`the run after ${Step} succeeded`);
    }
    expect((await keysOf(stage)) !== before, "the user's keys are those of before the rotation");
    const users = await loginsOf(stage);
    expect(users.has(names.keyUser), `nobody logged in as ${names.keyUser}`);
  },
};

async function rotate({ account }: Stage, event: { Step: string; ClientRequestToken: string }): Promise<void> {
  const path = `/2015-03-31/functions/${names.prefix}rotate/invocations`;
  const answer = await account.rest("POST", path, { SecretId: names.keySecretName, ...event });
  expect(answer.errorMessage === undefined, `${event.Step} failed: ${JSON.stringify(answer)}`);
}

/** The fingerprints of the user's keys, as one text. */
const keysOf = ({ server }: Stage): Promise<string> =>
  withSource(server, async ({ rows }) => {
    const described = await rows(`DESCRIBE USER ${names.keyUser}`);
    const prints = described.filter(([property]) => /_FP$/.test(property ?? ""));
    return createHash("sha256").update(JSON.stringify(prints)).digest("hex");
  });

const loginsOf = ({ server }: Stage): Promise<Set<string>> =>
  withSource(server, async ({ rows }) => {
    const history = await rows("SELECT DISTINCT USER_NAME FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY())");
    return new Set(history.map(([user]) => user ?? ""));
  });
