import { generateKeyPairSync, randomBytes } from "node:crypto";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startLocalSnowflake } from "@snowmelt/local";
import { functionIdentity, openAwsEmulators } from "@snowmelt/local/aws";
import { openDynamoStores } from "@snowmelt/pipeline/aws";
import { bundleFunctions } from "../apps/lambdas/scripts/bundle/bundle-functions.ts";
import { type Act, openBucket } from "./e2e/acts/act.ts";
import { acts } from "./e2e/acts.ts";
import { channels, smallPipeline } from "./e2e/definitions.ts";
import { deploy } from "./e2e/deploy.ts";
import { troubleOf } from "./e2e/function-logs.ts";
import * as names from "./e2e/names.ts";
import { releaseAll } from "./e2e/release-all.ts";
import { openSink } from "./e2e/sink.ts";
import { watchRuns } from "./e2e/watch.ts";
import { exitWith } from "./exit-with.ts";
import { withSource } from "./quickstart/open-source.ts";

const usage = `npm run e2e                  the functions' zips on a local AWS with enforced IAM, from a schedule to a verified table
npm run e2e -- --only name   one act after the first: ${acts.map(({ name }) => name).join(", ")}
${acts.flatMap(({ name, isLong }) => (isLong ? [name] : [])).join(", ")} is played only so.
`;
const root = join(import.meta.dirname, "..");

await exitWith(async () => {
  const { values } = parseArgs({ options: { only: { type: "string" }, help: { type: "boolean" } } });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const say = (line: string): void => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
  say("bundling the functions");
  const zips = new Map<string, Uint8Array>();
  for await (const { name, zip } of bundleFunctions(join(root, "apps", "lambdas", "src"))) zips.set(name, zip);

  say("starting a local AWS that enforces IAM, a local Snowflake, and a receiver of alerts");
  await using sink = await openSink();
  await using aws = await openAwsEmulators({ enforceIam: true });
  const asking = ["extract", "land", "check"] as const;
  const awsIdentities = asking.map((name) => {
    const roleArn = `arn:aws:iam::${aws.accountId}:role/${names.roleName(name)}`;
    return functionIdentity({ functionArn: names.functionArn(aws, name), roleArn });
  });
  const awsArns = asking.map((name) => `arn:aws:iam::${aws.accountId}:role/${names.roleName(name)}`);
  const users = [{ name: "SNOWMELT_FUNCTIONS", awsArns }, { name: names.keyUser }];
  await using server = await startLocalSnowflake({ sample: true, users, awsIdentities });

  say("deploying what Terraform makes in an account");
  const key = `whsec_${randomBytes(32).toString("base64")}`;
  const pair = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const publicKey = pair.publicKey.replaceAll(/-----[^-]+-----|\s/g, "");
  await withSource(server, ({ rows }) => rows(`ALTER USER ${names.keyUser} SET RSA_PUBLIC_KEY = '${publicKey}'`));
  const secrets = {
    [names.secretName]: JSON.stringify({ people: `${sink.url}/people`, boss: `${sink.url}/boss`, key }),
    [names.keySecretName]: JSON.stringify({ privateKey: pair.privateKey }),
  };
  const rotated = {
    account: server.account,
    host: server.host,
    port: server.port,
    protocol: server.protocol,
    username: names.keyUser,
  };
  const account = await deploy(aws, { zips, channels, secrets, rotated });
  await using state = openBucket({ aws }, names.stateBucket);
  await releaseAll(state, server);
  await using stores = openDynamoStores({
    table: names.table,
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: { ...aws.credentials },
  });
  const watch = watchRuns(stores, { silent: [smallPipeline], onLine: say });

  const stage = { account, aws, server, sink, stores, watch, say };
  const { only } = values;
  if (only !== undefined && !acts.some(({ name }) => name === only))
    throw new Error(`There is no act ${only}.\n${usage}`);
  const isPlayed = ({ name, isLong }: Act, index: number): boolean =>
    index === 0 || (only === undefined ? !isLong : name === only);
  const played = acts.filter(isPlayed);
  for (const act of played) {
    say(`--- ${act.name}: ${act.summary}`);
    try {
      await act.play(stage);
    } catch (error) {
      for (const line of await troubleOf(account)) say(line);
      throw error;
    }
  }
  say(`all of ${played.length} acts ended right`);
  return 0;
});
process.exit();
