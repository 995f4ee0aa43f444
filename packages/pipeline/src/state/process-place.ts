import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";

/**
 * Names the space in which this process's id means something. On Linux the boot and the pid namespace: a container has one of
 * its own, whatever its host is called. Elsewhere the host's name has to do.
 */
export async function processPlace(): Promise<string> {
  const [boot, namespace] = await Promise.all([
    readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => undefined),
    readlink("/proc/self/ns/pid").catch(() => undefined),
  ]);
  return boot === undefined || namespace === undefined ? `host ${hostname()}` : `${boot.trim()} ${namespace}`;
}
