import { expect, test } from "vitest";
import type { z } from "zod";
import { appName, hostName } from "./names.ts";

/** What a rule makes of a name: the name, or what is wrong with it. */
function judge(rule: z.ZodType<string, string>, written: string): string {
  const { success, data, error } = rule.safeParse(written);
  return success ? data : `✗ ${error.issues.map(({ message }) => message).join("; ")}`;
}

test.each([
  ["app.example.com", "app.example.com"],
  ["App.Example.COM", "app.example.com"],
  ["localhost", "localhost"],
  ["shop.localhost", "shop.localhost"],
  ["1.example.com", "1.example.com"],
  ["a--b.example.com", "a--b.example.com"],
  ["münchen.example", "xn--mnchen-3ya.example"],
  ["MÜNCHEN.Example", "xn--mnchen-3ya.example"],
  ["faß.example", "xn--fa-hia.example"],
  ["пример.рф", "xn--e1afmkfd.xn--p1ai"],
  ["例え.テスト", "xn--r8jz45g.xn--zckzah"],
  ["ａｐｐ.example.com", "app.example.com"],
  ["app.xn--p1ai", "app.xn--p1ai"],
  ["*.example.com", "*.example.com"],
  ["*.Bücher.example", "*.xn--bcher-kva.example"],
  ["*.app.localhost", "*.app.localhost"],
  [`${"a".repeat(63)}.example`, `${"a".repeat(63)}.example`],
])("%s is the host name %s", (written, name) => {
  expect(judge(hostName, written)).toBe(name);
});

test.each([
  ["https://app.example.com/", `alone, such as "app.example.com"`],
  ["http://münchen.example", `alone, such as "xn--mnchen-3ya.example"`],
  ["shop.example.com:8080", `alone, such as "shop.example.com"`],
  ["shop.example.com/cart", `alone, such as "shop.example.com"`],
  ["*.shop.example.com:443", `alone, such as "shop.example.com"`],
  ["user@shop.example.com", `alone, such as "shop.example.com"`],
  ["a b.example.com", `alone, such as "app.example.com"`],
  ["http://127.0.0.1:80", `alone, such as "app.example.com"`],
  ["ü/b.example.com", "must be a host name alone"],
  ["192.168.1.1", "not an IP address"],
  ["300.1.1.1", "not an IP address"],
  ["::1", "not an IP address"],
  ["[2001:db8::1]", "not an IP address"],
  ["*.1.2.3.4", "not an IP address"],
  ["", `must be a host name such as "app.example.com"`],
  ["app", "two labels or more"],
  ["*", `only as its whole first label`],
  ["a.*.com", `only as its whole first label`],
  ["*.*.com", `only as its whole first label`],
  ["a*.example.com", `only as its whole first label`],
  ["*.com", `two labels or more after "*."`],
  ["*.localhost", `two labels or more after "*."`],
  ["app..com", "two in a row"],
  [".example.com", "a dot at an end"],
  ["app.example.com.", "a dot at an end"],
  ["-app.example.com", `not "-app"`],
  ["app-.example.com", `not "app-"`],
  ["my_app.example.com", `not "my_app"`],
  [`${"a".repeat(64)}.example`, "1 to 63 letters"],
  [`${"ü".repeat(60)}.example`, "1 to 63 letters"],
  ["app.example.c", `not "c"`],
  ["app.example.42", `not "42"`],
  ["app.example.0x7f", `not "0x7f"`],
  [`${"abcdefg.".repeat(32)}com`, "at most 253"],
  ["１.２.３.４", "must"],
])("%j is no host name, and the rule says why: %s", (written, problem) => {
  expect(judge(hostName, written)).toMatch(/^✗ m/);
  expect(judge(hostName, written)).toContain(problem);
});

test.each(["shop", "my-shop", "my--shop", "a.b", "a_b", "a__b", "shop2", "2", "a".repeat(63)])(
  "%s is an app's name",
  (name) => {
    expect(judge(appName, name)).toBe(name);
  },
);

test.each(["", "Shop", "my shop", "-a", "a-", ".a", "a.", "a..b", "a___b", "a._b", "a/b", "ä"])(
  "%j is no app's name",
  (name) => {
    expect(judge(appName, name)).toContain("✗ must be lower case letters and digits");
  },
);

test("an app's name has at most 63 characters", () => {
  expect(judge(appName, "a".repeat(64))).toBe("✗ must have at most 63 characters");
});
