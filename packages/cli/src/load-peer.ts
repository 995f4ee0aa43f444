import { cliError } from "./cli-error.ts";

/** A package that is not installed with the command, by its own import; says how to get it where it is absent. */
export async function loadPeer<M>(name: string, load: () => Promise<M>): Promise<M> {
  try {
    return await load();
  } catch (cause) {
    if (!isMissing(cause, name)) throw cause;
    throw cliError(
      "PEER_MISSING",
      `This command needs ${name}, which is not installed. Get it by: npm install --save-dev ${name}`,
      {
        cause,
      },
    );
  }
}

/** The package itself, not something that it imports in turn. */
function isMissing(error: unknown, name: string): boolean {
  if (!(error instanceof Error && "code" in error)) return false;
  return error.code === "ERR_MODULE_NOT_FOUND" && error.message.includes(`'${name}'`);
}
