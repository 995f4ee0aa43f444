import type { EmulatorProgram } from "./emulator-program.ts";

/** SageMaker and Lake Formation. */
export const moto: EmulatorProgram = {
  name: "moto",
  lock: "src/aws/python/moto.txt",
  module: "moto.server",
  healthPath: "/moto-api/",
  resetPath: "/moto-api/reset",
  toArguments: ({ port }) => ["-H", "127.0.0.1", "-p", String(port)],
  toEnvironment: () => ({}),
};
