import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Puts a "Python environment" into a cache, under the name of the real one; its Python is the shell script given. */
export async function fakeEnvironment(cache: string, name: string, script: string): Promise<void> {
  const lock = await readFile(new URL(`../../src/aws/python/${name}.txt`, import.meta.url));
  const hash = createHash("sha256").update(lock).digest("hex").slice(0, 12);
  const environment = `${name}-py3.11-${process.platform}-${process.arch}-${hash}`;
  const bin = join(cache, "python", environment, "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, "python"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}
