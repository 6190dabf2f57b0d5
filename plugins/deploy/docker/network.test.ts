import { expect, test } from "vitest";
import type { NetworkInspect } from "../../../engine/types.ts";
import { problemWith } from "./network.ts";

const routed = { routed: true };
const worker = { routed: false };
const local = { Name: "net", Scope: "local", Attachable: false };

test.each<[string, Partial<NetworkInspect>, { readonly routed: boolean }]>([
  ["a bridge, for an app with requests", { Driver: "bridge" }, routed],
  ["the server's own network", { Driver: "host" }, routed],
  ["no network, for a worker", { Driver: "null" }, worker],
  ["another machine's network, for a worker", { Driver: "macvlan" }, worker],
  ["an open network of a swarm", { Driver: "overlay", Scope: "swarm", Attachable: true }, worker],
])("good: %s", (_name, network, options) => {
  expect(problemWith({ Driver: "bridge", ...local, ...network }, options)).toBe(null);
});

test.each<[string, Partial<NetworkInspect>, { readonly routed: boolean }]>([
  ["nothing reaches", { Driver: "null" }, routed],
  [`of the kind "macvlan"`, { Driver: "macvlan" }, routed],
  [`of the kind "overlay"`, { Driver: "overlay", Scope: "swarm", Attachable: true }, routed],
  ["for services of a swarm", { Driver: "overlay", Scope: "swarm" }, worker],
])("not good: %s", (problem, network, options) => {
  expect(problemWith({ Driver: "bridge", ...local, ...network }, options)).toContain(problem);
});
