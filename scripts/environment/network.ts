/**
 * One block of addresses and one bridge for each engine, so that several run at the same time.
 *
 * The engines leave the firewall alone (it has one set of chains per machine, which they would
 * fight over): the host reaches containers through the bridges, and two rules of ours let
 * containers out. The blocks are parts of 198.18.0.0/15, which is reserved for tests.
 *
 * @module
 */
import { createServer, type Server } from "node:net";
import { attempt, run } from "./command.ts";

// Slots 60 to 63 are left for engines that a developer keeps running by hand.
const SLOTS = 60;

/** The addresses that one engine owns until it stops. */
export interface EngineNetwork {
  readonly slot: number;
  /** Name of the default bridge. */
  readonly bridge: string;
  /** Every address of the engine: the default bridge and all networks made later. */
  readonly block: string;
  /** Where the networks made later come from. */
  readonly pool: string;
  readonly holder: Server;
}

/** Take the first free slot, beginning with the wished one, and make its bridge. */
export async function claimNetwork(wished: number): Promise<EngineNetwork> {
  for (let step = 0; step < SLOTS; step++) {
    const slot = (wished + step) % SLOTS;
    const holder = await hold(`haloy-test-slot-${slot}`);
    if (holder === undefined) continue;
    const network: EngineNetwork = {
      slot,
      bridge: `haloy${slot}`,
      block: `${address(slot, 0)}/21`,
      pool: `${address(slot, 4)}/22`,
      holder,
    };
    try {
      await prepare(network);
    } catch (error) {
      holder.close();
      throw error;
    }
    return network;
  }
  throw new Error(`Cannot give the engine addresses: all ${SLOTS} blocks are in use`);
}

/** Remove the bridges and rules of an engine that has ended, and free its slot. */
export async function releaseNetwork(network: EngineNetwork): Promise<void> {
  await removeBridges(network);
  await eachRule(network, (rule) => firewall("--delete", rule));
  await new Promise((resolve) => network.holder.close(resolve));
}

async function prepare(network: EngineNetwork): Promise<void> {
  await removeBridges(network); // left by a process that was killed
  const { slot, bridge } = network;
  await run("ip", ["link", "add", bridge, "type", "bridge"]);
  await run("ip", ["address", "add", address(slot, 0).replace(/0$/, "1/24"), "dev", bridge]);
  await run("ip", ["link", "set", bridge, "up"]);
  await eachRule(network, async (rule) => {
    if ((await firewall("--check", rule)) !== 0) await firewall("--insert", rule);
  });
}

/** First address of the nth /24 of a slot; each slot has eight. */
function address(slot: number, nth: number): string {
  const third = slot * 8 + nth;
  return `198.${18 + Math.floor(third / 256)}.${third % 256}.0`;
}

/** A name in the kernel's socket table works as a lock that vanishes with our process. */
function hold(name: string): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(`\0${name}`, () => resolve(server.unref()));
  });
}

async function removeBridges({ slot }: EngineNetwork): Promise<void> {
  const listing = await run("ip", ["-json", "-4", "address", "show", "type", "bridge"]);
  const ours = new Set(Array.from({ length: 8 }, (_, nth) => address(slot, nth).slice(0, -1)));
  for (const { ifname, addr_info } of JSON.parse(listing || "[]") as Interface[]) {
    const isOurs = addr_info?.some(({ local }) => ours.has(local.replace(/\d+$/, "")));
    if (isOurs) await run("ip", ["link", "delete", ifname]);
  }
}

interface Interface {
  readonly ifname: string;
  readonly addr_info?: readonly { readonly local: string }[];
}

async function eachRule(
  { block }: EngineNetwork,
  act: (rule: readonly string[]) => Promise<unknown>,
): Promise<void> {
  const nat = ["POSTROUTING", "--source", block, "!", "--destination", block];
  await act(["--table=nat", ...nat, "--jump", "MASQUERADE"]);
  await act(["--table=filter", "FORWARD", "--source", block, "--jump", "ACCEPT"]);
  await act(["--table=filter", "FORWARD", "--destination", block, "--jump", "ACCEPT"]);
}

/** Containers need the rules only to reach other machines, so a failure is left to show there. */
async function firewall(verb: string, [table, chain, ...rule]: readonly string[]): Promise<number> {
  const { code } = await attempt("iptables", ["--wait", table!, verb, chain!, ...rule]);
  return code;
}
