import { once } from "node:events";
import { createServer } from "node:net";

/** A loopback port that nothing listens on at this moment. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new TypeError("A listening TCP server has a port.");
  return address.port;
}

/** Whether a loopback port can be listened on. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = Promise.withResolvers<boolean>();
  server.once("error", () => listening.resolve(false));
  server.once("listening", () => listening.resolve(true));
  server.listen(port, "127.0.0.1");
  const free = await listening.promise;
  if (free) {
    server.close();
    await once(server, "close");
  }
  return free;
}
