/** What the command takes from the process's environment, read once. */
export interface CliConfig {
  /** https://no-color.org: any value but the empty one turns colours off. */
  readonly noColor: boolean;
  readonly forceColor: boolean;
  /** A terminal that cannot move its cursor. */
  readonly dumbTerminal: boolean;
  /** Where `env:` secrets are looked up. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

export function readConfig(variables: Readonly<Record<string, string | undefined>> = process.env): CliConfig {
  const { NO_COLOR, FORCE_COLOR, TERM } = variables;
  return {
    noColor: NO_COLOR !== undefined && NO_COLOR !== "",
    forceColor: FORCE_COLOR !== undefined && FORCE_COLOR !== "" && FORCE_COLOR !== "0",
    dumbTerminal: TERM === "dumb",
    variables,
  };
}
