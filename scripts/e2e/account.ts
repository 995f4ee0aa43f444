import type { IamStatement } from "@snowmelt/core/functions";
import type { AwsEmulators } from "@snowmelt/local/aws";

/** Asks the local AWS as the account's root, by the protocols themselves: what Terraform does in an account. */
export interface Account {
  /** `service.Operation` of a service that speaks JSON. */
  json(target: string, input: object): Promise<Record<string, unknown>>;
  rest(method: string, path: string, input?: unknown): Promise<Record<string, unknown>>;
  /** An action of a service that is asked by forms. */
  form(service: "iam" | "sns", parameters: Readonly<Record<string, string>>): Promise<void>;
}

const scopes: Readonly<Record<string, { readonly service: string; readonly version: string }>> = {
  DynamoDB_20120810: { service: "dynamodb", version: "1.0" },
  AmazonSQS: { service: "sqs", version: "1.0" },
  AWSEvents: { service: "events", version: "1.1" },
  AWSGlue: { service: "glue", version: "1.1" },
  Logs_20140328: { service: "logs", version: "1.1" },
  secretsmanager: { service: "secretsmanager", version: "1.1" },
};

const formVersions = { iam: "2010-05-08", sns: "2010-03-31" } as const;

export function openAccount({ endpoint, region, credentials }: AwsEmulators): Account {
  const sign = (service: string) => ({
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
  });
  return {
    async json(target, input) {
      const { service, version } = scopes[target.split(".")[0] ?? ""] ?? { service: "", version: "1.1" };
      const headers = { ...sign(service), "content-type": `application/x-amz-json-${version}`, "x-amz-target": target };
      return answerOf(await fetch(endpoint, { method: "POST", headers, body: JSON.stringify(input) }), target);
    },
    async rest(method, path, input) {
      const service = path.startsWith("/20") ? "lambda" : "s3";
      const isText = typeof input === "string";
      const body = input === undefined ? {} : { body: isText ? input : JSON.stringify(input) };
      const headers = { ...sign(service), "content-type": isText ? "application/xml" : "application/json" };
      return answerOf(await fetch(endpoint + path, { method, headers, ...body }), `${method} ${path}`);
    },
    async form(service, parameters) {
      const headers = { ...sign(service), "content-type": "application/x-www-form-urlencoded" };
      const body = new URLSearchParams({ Version: formVersions[service], ...parameters });
      await answerOf(await fetch(endpoint, { method: "POST", headers, body }), parameters.Action ?? service);
    },
  };
}

async function answerOf(response: Response, what: string): Promise<Record<string, unknown>> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${what} answered ${response.status}: ${text.slice(0, 500)}`);
  return text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {};
}

/** A role that Lambda assumes, with exactly these rights. */
export async function makeRole(
  account: Account,
  { name, accountId, statements }: { name: string; accountId: string; statements: readonly IamStatement[] },
): Promise<string> {
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
  };
  await account.form("iam", { Action: "CreateRole", RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) });
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  await account.form("iam", { Action: "PutRolePolicy", RoleName: name, PolicyName: "effects", PolicyDocument: policy });
  return `arn:aws:iam::${accountId}:role/${name}`;
}
