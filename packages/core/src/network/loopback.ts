const octet = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const ipv4 = new RegExp(`^127(?:\\.${octet}){3}$`);

/**
 * Whether a host, as a URL or a setting has it, can only mean this machine: `localhost` and names below it, 127.0.0.0/8, `::1` with or
 * without brackets. What goes there in the clear is seen by nobody else.
 */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" || ipv4.test(name);
}
