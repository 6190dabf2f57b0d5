import { expect, test } from "vitest";
import { writtenDomains } from "./domain-names.ts";

test.each([
  ["xn--bcher-kva.example", "bücher.example"],
  ["*.xn--bcher-kva.example", "*.bücher.example"],
  ["www.xn--bcher-kva.example", "www.bücher.example"],
  [
    "xn--bcher-kva.example (xn--mnchen-3ya.de b.de), c.de",
    "bücher.example (münchen.de b.de), c.de",
  ],
  ["shop.example.com", "shop.example.com"],
  ["*.example.com", "*.example.com"],
  ["xn--invalid-.com", "xn--invalid-.com"],
  ["xn--a.b", "xn--a.b"],
])("%s is shown as %s", (ascii, written) => {
  expect(writtenDomains(ascii)).toBe(written);
});
