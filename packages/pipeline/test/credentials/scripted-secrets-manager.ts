import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** One answer of Secrets Manager: an error by its name, or what GetSecretValue says. */
export type ScriptedAnswer =
  | { readonly error: string; readonly message?: string; readonly status?: number }
  | { readonly text: string }
  | { readonly binary: string };

export interface ScriptedSecretsManager extends AsyncDisposable {
  readonly options: {
    readonly endpoint: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** The stages that were asked for, in order. */
  readonly asked: readonly string[];
}

/** A Secrets Manager that answers by a list, the last one again and again. An emulator neither throttles nor denies. */
export async function scriptSecretsManager(answers: readonly ScriptedAnswer[]): Promise<ScriptedSecretsManager> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
    const answer = answers[Math.min(asked.length, answers.length - 1)] ?? { error: "InternalServiceError" };
    asked.push(String((body as { VersionStage?: unknown }).VersionStage));
    response.setHeader("content-type", "application/x-amz-json-1.1");
    if ("error" in answer) {
      response.statusCode = answer.status ?? 400;
      response.end(JSON.stringify({ __type: answer.error, message: answer.message ?? "" }));
    } else if ("text" in answer) response.end(JSON.stringify({ SecretString: answer.text, VersionId: "1" }));
    else response.end(JSON.stringify({ SecretBinary: Buffer.from(answer.binary).toString("base64") }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    options: {
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: "key", secretAccessKey: "secret" },
    },
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
