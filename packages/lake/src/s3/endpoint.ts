import { isLoopback } from "@snowmelt/core/network";
import { lakeError } from "../lake-error.ts";

/** The endpoint as a URL. Plain http is refused but on this machine: nothing travels in the clear. */
export function checkEndpoint(endpoint: string): URL {
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch (cause) {
    throw lakeError(
      "STORE_OPTIONS_INVALID",
      `The S3 endpoint ${JSON.stringify(endpoint)} is not a URL. Expected one such as https://s3.example.com.`,
      { cause },
    );
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw lakeError("STORE_OPTIONS_INVALID", `The S3 endpoint ${url.origin} has ${url.protocol} Expected https.`);
  }
  if (url.username !== "" || url.password !== "") {
    throw lakeError("STORE_OPTIONS_INVALID", `The S3 endpoint ${url.host} holds a user name. Give credentials apart.`);
  }
  checkTransport(url.protocol, url.hostname);
  return url;
}

/** Throws STORE_ENDPOINT_INSECURE for plain http to another machine, wherever the endpoint came from. */
export function checkTransport(protocol: string, hostname: string): void {
  if (protocol !== "http:" || isLoopback(hostname)) return;
  throw lakeError(
    "STORE_ENDPOINT_INSECURE",
    `The S3 endpoint http://${hostname} would send data and signatures in the clear. Expected https, or an address of this machine.`,
    { details: { hostname } },
  );
}
