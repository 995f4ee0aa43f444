/** Where the local AWS is and who one is there. */
export interface AwsFacts {
  readonly endpoint: string;
  readonly motoEndpoint: string | undefined;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The services that are moto's when it runs, as the SDKs and Terraform spell them in `AWS_ENDPOINT_URL_*`. */
const MOTO_SERVICES = ["SAGEMAKER", "SAGEMAKER_RUNTIME", "LAKEFORMATION"];

/**
 * The variables that lead every AWS SDK, the AWS command line and Terraform's provider to the local AWS. The endpoint is an
 * IP address, so that the SDK for JavaScript puts buckets into the path; other clients may need `forcePathStyle`.
 */
export function toAwsEnvironment({ endpoint, motoEndpoint, region, credentials }: AwsFacts): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    ...Object.fromEntries(
      motoEndpoint === undefined ? [] : MOTO_SERVICES.map((name) => [`AWS_ENDPOINT_URL_${name}`, motoEndpoint]),
    ),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}
