import { isLoopback } from "@snowmelt/core/network";
import { expect, test } from "vitest";

test.each(["localhost", "LOCALHOST", "lake.localhost", "127.0.0.1", "127.255.0.3", "::1", "[::1]"])(
  "%s is this machine",
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);

test.each([
  "",
  "example.com",
  "127.0.0.1.example.com",
  "127.0.0.256",
  "127.1",
  "0.0.0.0",
  "10.0.0.1",
  "::",
  "[::1].example.com",
  "localhost.example.com",
  "notlocalhost",
])("%j is another machine, or may be one", (host) => {
  expect(isLoopback(host)).toBe(false);
});
