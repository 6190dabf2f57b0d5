import { expect, test } from "vitest";
import { parseVolume } from "./volume.ts";

test.each([
  ["data:/data", { kind: "named", source: "data", path: "/data", options: [] }],
  ["my.data_1-x:/a/b", { kind: "named", source: "my.data_1-x", path: "/a/b", options: [] }],
  ["data:/data:ro", { kind: "named", source: "data", path: "/data", options: ["ro"] }],
  ["data:/data:ro,nocopy", { source: "data", options: ["ro", "nocopy"] }],
  ["/srv/data:/data", { kind: "bind", source: "/srv/data", path: "/data", options: [] }],
  ["/srv/data:/data:ro,Z,rslave", { kind: "bind", options: ["ro", "Z", "rslave"] }],
  ["/var/run/docker.sock:/var/run/docker.sock", { kind: "bind", path: "/var/run/docker.sock" }],
])("%s is a volume", (text, volume) => {
  expect(parseVolume(text)).toMatchObject(volume);
});

test.each([
  ["", "must look like"],
  ["data", "must look like"],
  ["/data", "must look like"],
  ["data:/b:ro:z", "must look like"],
  ["data:data", `an absolute path in the container, not "data"`],
  ["data:", `an absolute path in the container, not ""`],
  ["data:/", "the container's root"],
  ["./data:/data", `an absolute path on the server, not "./data"`],
  ["../data:/data", `an absolute path on the server, not "../data"`],
  ["~/data:/data", `an absolute path on the server, not "~/data"`],
  ["data/sub:/data", `an absolute path on the server, not "data/sub"`],
  [":/data", "two or more letters"],
  ["d:/data", "must be paths of a Linux server"],
  ["_data:/data", `not "_data"`],
  ["my data:/data", `not "my data"`],
  ["C:\\data:/data", "Linux"],
  ["data:\\data", "Linux"],
  ["data:/data:", `the option ""`],
  ["data:/data:r", `the option "r"`],
  ["data:/data:ro,rx", `the option "rx"`],
])("%j is no volume, and the rule says why: %s", (text, problem) => {
  expect(parseVolume(text)).toEqual({ problem: expect.stringContaining(problem) });
});
