import type { Plugin } from "esbuild";

interface Cut {
  /** Below `snowflake-sdk/dist/lib`. */
  readonly file: string;
  /** What it exports by name; nothing where the module is what it exports. */
  readonly exports: readonly string[];
}

/**
 * Parts of the Snowflake driver that no function of ours can reach: the transfer of stage files by the client (PUT and GET,
 * which Snowmelt never sends; with it go the SDKs of three clouds' stores), and the identities of other clouds than AWS.
 */
const UNREACHED: readonly Cut[] = [
  { file: "file_transfer_agent/file_transfer_agent.js", exports: [] },
  { file: "authentication/auth_workload_identity/attestation_azure.js", exports: ["getAzureAttestationToken"] },
  { file: "authentication/auth_workload_identity/attestation_gcp.js", exports: ["getGcpAttestationToken"] },
];

/** Puts in the place of the unreached parts a function that says what it is, if it is called after all. */
export function cutDriver(): Plugin {
  return {
    name: "cut-snowflake-driver",
    setup(build) {
      build.onLoad({ filter: /snowflake-sdk[\\/]dist[\\/]lib[\\/].*\.js$/ }, ({ path }) => {
        const posix = path.replaceAll("\\", "/");
        const cut = UNREACHED.find(({ file }) => posix.endsWith(`/snowflake-sdk/dist/lib/${file}`));
        return cut && { contents: placeholder(cut), loader: "js" };
      });
    },
  };
}

/** For functions that never ask Snowflake: code that they share with others names the driver, and never loads it. */
export function leaveOutDriver(): Plugin {
  return {
    name: "leave-out-snowflake-driver",
    setup(build) {
      build.onResolve({ filter: /^snowflake-sdk$/ }, ({ path }) => ({ path, namespace: "left-out" }));
      build.onLoad({ filter: /.*/, namespace: "left-out" }, ({ path }) => ({
        contents: placeholder({ file: path, exports: [] }),
        loader: "js",
      }));
    },
  };
}

function placeholder({ file, exports }: Cut): string {
  const message = JSON.stringify(`${file} is left out of this function: nothing that it does needs it.`);
  const whole = `module.exports = function cut() { throw new Error(${message}); };`;
  return [whole, ...exports.map((name) => `module.exports.${name} = module.exports;`)].join("\n");
}
