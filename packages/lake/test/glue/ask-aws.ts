import type { AwsEmulators } from "@snowmelt/local/aws";

/** One call of Glue's API that no port of ours has. */
export async function askGlue(aws: AwsEmulators, operation: string, input: object): Promise<unknown> {
  return askAws(aws, { service: "glue", target: `AWSGlue.${operation}`, input });
}

interface AwsCall {
  readonly service: string;
  readonly target: string;
  readonly input: object;
}

/** A call by the JSON protocol that all emulators take: they look at the account in the signature, not at the signature. */
export async function askAws(
  { endpoint, region, credentials }: AwsEmulators,
  { service, target, input }: AwsCall,
): Promise<unknown> {
  const scope = `${credentials.accessKeyId}/20260101/${region}/${service}/aws4_request`;
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
      "x-amz-target": target,
      "content-type": "application/x-amz-json-1.1",
    },
    body: JSON.stringify(input),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${target} answered ${answer.status}: ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}
