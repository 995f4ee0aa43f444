import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What becomes of a request that a fault is for. */
export type Fault =
  /** S3 refuses, and does nothing. */
  | { readonly kind: "answer"; readonly status: number; readonly code?: string; readonly message?: string }
  /** The connection ends before S3 has the request, or after it has done the work. */
  | { readonly kind: "cutBefore" | "cutAfter" }
  /** The answer's body ends half way, or has one bit changed. */
  | { readonly kind: "cutBody" | "damageBody" }
  /** S3 does the work and says nothing. */
  | { readonly kind: "silence" }
  | { readonly kind: "delay"; readonly ms: number };

export interface PlannedFault {
  /** Which requests: `PUT`, or a part of the path and query beside it, such as `POST uploadId=`. */
  readonly on: string;
  readonly fault: Fault;
  /** @default 1 */
  readonly times?: number;
  /** Only each so many-th of the requests it is for. @default 1 */
  readonly every?: number;
  /** More elements of an error's XML, such as `<Region>eu-west-1</Region>`. */
  readonly xml?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SeenRequest {
  /** `PUT /bucket/key?partNumber=1` */
  readonly line: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface FaultProxy extends AsyncDisposable {
  readonly endpoint: string;
  readonly seen: SeenRequest[];
  /** Connections that were opened to it. */
  connections: number;
  /** Faults are used up in order, each by the first requests it is for. */
  plan(...faults: PlannedFault[]): void;
  /** Called with the line of a request before it is passed on. */
  onRequest: (line: string) => void;
  /** Called when it is answered as S3 does. */
  onAnswer: (line: string) => void;
  reset(): void;
}

/** Something between a store and an emulated S3 that refuses, breaks and keeps silent on demand, as S3 does. */
export async function openFaultProxy(target: string): Promise<FaultProxy> {
  let planned: { readonly plan: PlannedFault; left: number; met: number }[] = [];
  const take = (line: string): PlannedFault | undefined => {
    const [method = "", part = ""] = line.split(" ");
    const found = planned.find((held) => {
      const [wantedMethod, wantedPart = ""] = held.plan.on.split(" ");
      if (held.left === 0 || method !== wantedMethod || !part.includes(wantedPart)) return false;
      return ++held.met % (held.plan.every ?? 1) === 0;
    });
    if (found) found.left--;
    return found?.plan;
  };
  const server = createServer((incoming, outgoing) => {
    const line = `${incoming.method} ${incoming.url}`;
    proxy.seen.push({ line, headers: incoming.headers });
    proxy.onRequest(line);
    pass(target, take(line), incoming, outgoing).then(
      () => proxy.onAnswer(line),
      () => incoming.socket.destroy(),
    );
  });
  server.on("connection", () => {
    proxy.connections++;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: FaultProxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    connections: 0,
    plan(...faults) {
      planned.push(...faults.map((plan) => ({ plan, left: plan.times ?? 1, met: 0 })));
    },
    onRequest: () => undefined,
    onAnswer: () => undefined,
    reset() {
      planned = [];
      proxy.seen.length = 0;
      proxy.connections = 0;
      proxy.onRequest = () => undefined;
      proxy.onAnswer = () => undefined;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

async function pass(
  target: string,
  plan: PlannedFault | undefined,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const fault = plan?.fault;
  if (fault?.kind === "cutBefore") return void incoming.socket.destroy();
  const body = await collect(incoming);
  if (plan && fault?.kind === "answer") return refuse(plan, fault, incoming, outgoing);
  const { status, headers, body: answer } = await forward(target, incoming, body);
  switch (fault?.kind) {
    case "cutAfter":
      return void incoming.socket.destroy();
    case "silence":
      return undefined;
    case "cutBody":
      outgoing.writeHead(status, headers);
      return void outgoing.write(answer.subarray(0, answer.byteLength / 2), () => incoming.socket.destroy());
    case "delay":
      await new Promise((resolve) => setTimeout(resolve, fault.ms));
      break;
    case "damageBody":
      answer[0] = (answer[0] ?? 0) ^ 1;
  }
  outgoing.writeHead(status, headers).end(answer);
}

function refuse(
  { xml = "", headers = {} }: PlannedFault,
  { status, code, message = "" }: Extract<Fault, { kind: "answer" }>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  outgoing.writeHead(status, { "content-type": "application/xml", "x-amz-request-id": "REQUEST1", ...headers });
  if (code === undefined || incoming.method === "HEAD") return void outgoing.end();
  outgoing.end(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${xml}<RequestId>REQUEST1</RequestId><HostId>h</HostId></Error>`,
  );
}

function forward(
  target: string,
  { method, url = "/", headers }: IncomingMessage,
  body: Buffer,
): Promise<{ status: number; headers: IncomingMessage["headers"]; body: Buffer }> {
  const { hostname, port } = new URL(target);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path: url, headers }, (answer) => {
      collect(answer).then(
        (held) => resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: held }),
        reject,
      );
    });
    sent.on("error", reject).end(body);
  });
}

async function collect(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
