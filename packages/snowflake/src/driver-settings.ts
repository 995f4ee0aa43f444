import type { Driver, DriverLogger } from "./driver.ts";

const drop = (): void => undefined;
const noLog: DriverLogger = { error: drop, warn: drop, info: drop, debug: drop, trace: drop };
const asIs = (text: string): string => text;

/** Read while the module loads: without them it probes cloud metadata addresses and loads a native library. */
const quietImport = { SNOWFLAKE_DISABLE_PLATFORM_DETECTION: "true", SNOWFLAKE_DISABLE_MINICORE: "true" } as const;

let loaded: Promise<Driver> | undefined;

/**
 * The driver, loaded and configured once per process, because its settings are the process's: no log (by default it writes
 * to stdout and to `snowflake.log` in the working directory, and a log line may quote what the server sent), and VARIANT
 * text handed over as it came (the default parser runs what is not JSON as code).
 */
export function loadDriver(): Promise<Driver> {
  loaded ??= importDriver();
  return loaded;
}

async function importDriver(): Promise<Driver> {
  const restore = setEnvironment(quietImport);
  try {
    const { default: driver } = (await import("snowflake-sdk")) as unknown as { default: Driver };
    driver.configure({
      logLevel: "OFF",
      customLogger: noLog,
      jsonColumnVariantParser: asIs,
      xmlColumnVariantParser: asIs,
    });
    return driver;
  } finally {
    restore();
  }
}

function setEnvironment(values: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  for (const [name, value] of Object.entries(values)) process.env[name] ??= value;
  return () => {
    for (const [name, value] of before) if (value === undefined) delete process.env[name];
  };
}

/** Every native type as raw text: nothing here relies on a conversion of the driver's. */
export const everyTypeAsText = ["String", "Boolean", "Number", "Date", "JSON", "Object", "Array", "Map"] as const;

/** What each connection is made with, so that nothing is left to a default of the driver's or of the account's. */
export const connectionDefaults = {
  application: "Snowmelt",
  /** NULL stays null; the default turns it, in any column read as text, into the word NULL. Global: the last one wins. */
  representNullAsStringNull: false,
  jsTreatIntegerAsBigInt: false,
  resultPrefetch: 1,
  /** Rows the driver readies at a time; its default of 10 costs a third of the speed. */
  rowStreamHighWaterMark: 1000,
  clientStoreTemporaryCredential: false,
  clientRequestMFAToken: false,
  serverSessionKeepAlive: false,
  validateDefaultParameters: false,
  disableConsoleLogin: true,
  /** The login is retried by us alone. */
  sfRetryMaxLoginRetries: 0,
} as const;
