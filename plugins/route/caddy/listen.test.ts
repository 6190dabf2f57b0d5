import { expect, test } from "vitest";
import { otherSpelling } from "./listen.ts";

test("every address has a second spelling, and the second one's is the first", () => {
  for (const listen of [":80", "127.0.0.1:8080", "[::1]:8080", "[2001:db8::1]:80"]) {
    const other = otherSpelling(listen);
    expect(other).not.toBe(listen);
    expect(otherSpelling(other)).toBe(listen);
  }
});

test("addresses that cannot be written in two ways stay as they are", () => {
  for (const listen of ["unix//run/haloy.sock", "localhost:80", ":8000-8010"]) {
    expect(otherSpelling(listen)).toBe(listen);
  }
});
