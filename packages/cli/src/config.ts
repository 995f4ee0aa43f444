/** What the command takes from the process's environment, read once. */
export interface CliConfig {
  /** https://no-color.org: any value but the empty one turns colours off. */
  readonly noColor: boolean;
  readonly forceColor: boolean;
  /** A terminal that cannot move its cursor. */
  readonly dumbTerminal: boolean;
  /** Where `env:` secrets are looked up. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Where S3 and Glue are, if not at AWS: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL_GLUE`, or `AWS_ENDPOINT_URL` for both. */
  readonly lake: LakeEndpoints;
}

export interface LakeEndpoints {
  readonly s3Endpoint?: string;
  readonly glueEndpoint?: string;
}

/** The command's settings from environment variables; the one place that reads them. */
export function readConfig(variables: Readonly<Record<string, string | undefined>> = process.env): CliConfig {
  const { NO_COLOR, FORCE_COLOR, TERM } = variables;
  return {
    noColor: NO_COLOR !== undefined && NO_COLOR !== "",
    forceColor: FORCE_COLOR !== undefined && FORCE_COLOR !== "" && FORCE_COLOR !== "0",
    dumbTerminal: TERM === "dumb",
    variables,
    lake: lakeEndpoints(variables),
  };
}

function lakeEndpoints(variables: CliConfig["variables"]): LakeEndpoints {
  const s3Endpoint = variables.AWS_ENDPOINT_URL_S3 ?? variables.AWS_ENDPOINT_URL;
  const glueEndpoint = variables.AWS_ENDPOINT_URL_GLUE ?? variables.AWS_ENDPOINT_URL;
  return { ...(s3Endpoint ? { s3Endpoint } : {}), ...(glueEndpoint ? { glueEndpoint } : {}) };
}

/** Where the table of a deployment's runs is: the region, and `AWS_ENDPOINT_URL_DYNAMODB` or `AWS_ENDPOINT_URL` if it is not at AWS. */
export function dynamoPlace({ variables }: Pick<CliConfig, "variables">): {
  readonly region?: string;
  readonly endpoint?: string;
} {
  const region = variables.AWS_REGION ?? variables.AWS_DEFAULT_REGION;
  const endpoint = variables.AWS_ENDPOINT_URL_DYNAMODB ?? variables.AWS_ENDPOINT_URL;
  return { ...(region ? { region } : {}), ...(endpoint ? { endpoint } : {}) };
}
