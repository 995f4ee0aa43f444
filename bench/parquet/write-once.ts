/** Writes one file by one writer in a process of its own and prints a line of JSON. */
import { type Meter, readData, writers } from "./writers.ts";

/** What a writer spent: CPU seconds of encoding alone, and the most memory of its process. */
export interface Measured {
  readonly cpuS: number;
  readonly peakRssMb: number;
}

async function writeOnce(name: string, folder: string, out: string): Promise<void> {
  const writer = writers.find((candidate) => candidate.name === name);
  if (!writer) throw new Error(`no writer ${name}`);
  let micros = 0;
  const meter: Meter = (work) => {
    const before = process.cpuUsage();
    const account = (): void => {
      const { user, system } = process.cpuUsage(before);
      micros += user + system;
    };
    const result = work();
    if (result instanceof Promise) return result.finally(account) as typeof result;
    account();
    return result;
  };
  await writer.write(await readData(folder), out, meter);
  console.log(
    JSON.stringify({ cpuS: micros / 1e6, peakRssMb: process.resourceUsage().maxRSS / 1024 } satisfies Measured),
  );
}

const [name = "", folder = "", out = ""] = process.argv.slice(2);
await writeOnce(name, folder, out);
