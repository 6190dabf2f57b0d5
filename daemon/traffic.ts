/**
 * Which host names lead to which containers: computed from the journal and the running
 * containers, applied through the `route` hook in the order of the changes.
 *
 * @module
 */

import { fail } from "../core/errors.ts";
import type { Choice, Route } from "../core/hooks.ts";
import type { PluginHost } from "../core/host.ts";
import type { Target } from "../core/target.ts";
import type { AppContainer } from "../engine/containers.ts";
import type { Journal } from "./journal.ts";
import type { Releases } from "./releases.ts";

/** What {@link Traffic} needs. */
export interface TrafficOptions {
  readonly journal: Journal;
  readonly releases: Releases;
  readonly router: Choice;
  /** The host to ask: a new one for each call, so that its events go to the right place. */
  readonly plugins: PluginHost;
  /** Running containers of all apps. */
  readonly containers: () => Promise<readonly AppContainer[]>;
}

/** Where an app's requests go. */
interface Destination {
  readonly hosts: readonly string[];
  readonly upstreams: readonly string[];
}

/** The route table of one server. */
export class Traffic {
  readonly #options: TrafficOptions;
  /** Apps whose traffic a deployment is moving right now. */
  readonly #held: Map<string, Destination> = new Map();
  /** Deployments that a crash left open past their switch: they serve, if they run. */
  readonly #resumed: Map<string, string> = new Map();
  /** Last addresses by container ID. */
  #addresses: ReadonlyMap<string, string> = new Map();
  #reconciling: Promise<void> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  /**
   * Send an app's requests to `upstreams` and wait until its other upstreams have no request
   * left. Holds until {@link release}: a reconciliation in between changes nothing of this app.
   *
   * @throws what the router throws.
   */
  async switch(app: string, target: Target, upstreams: readonly string[]): Promise<void> {
    const hosts = hostsOf(target);
    this.#held.set(app, { hosts, upstreams });
    // A worker needs no router, unless it had names until now.
    if (hosts.length > 0 || this.#hostsOf(this.#serving(app)).length > 0) await this.#apply(app);
  }

  /** The deployment has ended: from now on the journal says where the app's requests go. */
  release(app: string): void {
    this.#held.delete(app);
    this.#resumed.delete(app);
  }

  /** A crash left this deployment open past its switch: until {@link release} it serves. */
  resume(app: string, deployment: string): void {
    this.#resumed.set(app, deployment);
  }

  /** Make the router agree with what runs. Changes nothing where it already does. */
  async reconcile(): Promise<void> {
    // One that waits for the router will see everything that has changed until it writes.
    this.#reconciling ??= this.#apply(null).finally(() => {
      this.#reconciling = undefined;
    });
    await this.#reconciling;
  }

  /** @throws `ROUTER_UNREACHABLE` when an app with these names could not be routed. */
  async checkRouter(target: Target): Promise<void> {
    if (hostsOf(target).length === 0) return;
    const { plugins, router } = this.#options;
    await plugins.named("route", router, { routes: [], draining: [], check: true });
  }

  /** @throws `DOMAIN_TAKEN` when another app already answers for one of the target's names. */
  checkDomains(app: string, target: Target): void {
    const wanted = new Set(hostsOf(target));
    if (wanted.size === 0) return;
    for (const other of new Set([...this.#held.keys(), ...this.#options.journal.apps()])) {
      if (other === app) continue;
      const theirs = this.#held.get(other)?.hosts ?? this.#hostsOf(this.#serving(other));
      const taken = theirs.find((name) => wanted.has(name));
      if (!taken) continue;
      throw fail("DOMAIN_TAKEN", {
        message: `Cannot route "${taken}" to "${app}": the app "${other}" on this server already has it`,
        hint: `Remove the name from one of the two apps' "domains"`,
        details: { status: 409 },
      });
    }
  }

  /**
   * Apply what is wanted now. Only finding that out and handing it over is one at a time: the
   * router keeps the order, and one app's long requests must not hold up another's switch.
   */
  async #apply(switched: string | null): Promise<void> {
    const turn = this.#turn.then(async () => {
      const routable = this.#routable(await this.#options.containers());
      const routes = this.#wanted(routable);
      const draining = drainedBy(switched, routes, routable);
      const { plugins, router } = this.#options;
      return { applied: plugins.named("route", router, { routes, draining }) };
    });
    this.#turn = turn.catch(() => {});
    await (await turn).applied;
  }

  /**
   * Containers that requests can go to. One that its engine is restarting keeps its last address:
   * an app that crashes again and again must not make the router change, again and again, what
   * all other apps' connections depend on.
   */
  #routable(containers: readonly AppContainer[]): AppContainer[] {
    const running = containers.filter(({ state }) => state === "running");
    const taken = new Set(running.map(({ upstream }) => upstream));
    const restarting = containers.flatMap((one) => {
      const upstream = this.#addresses.get(one.id) ?? null;
      if (one.state !== "restarting" || upstream === null || taken.has(upstream)) return [];
      return [{ ...one, upstream }];
    });
    const routable = [...running, ...restarting];
    this.#addresses = new Map(
      routable.flatMap(({ id, upstream }) => (upstream === null ? [] : [[id, upstream] as const])),
    );
    return routable;
  }

  #wanted(running: readonly AppContainer[]): Route[] {
    const { journal } = this.#options;
    const routes: Route[] = [];
    for (const app of new Set([...journal.apps(), ...this.#held.keys()])) {
      const route = this.#held.get(app) ?? this.#current(app, running);
      if (route.hosts.length > 0) routes.push({ app, ...route });
    }
    return routes;
  }

  /** The deployment whose names and containers count for an app, or null. */
  #serving(app: string): string | null {
    return this.#resumed.get(app) ?? this.#options.releases.current(app);
  }

  #hostsOf(deployment: string | null): string[] {
    const target = deployment === null ? null : this.#options.journal.release(deployment)?.target;
    return target ? hostsOf(target) : [];
  }

  #current(app: string, running: readonly AppContainer[]): Destination {
    const of = (deployment: string | null): Destination => ({
      hosts: this.#hostsOf(deployment),
      upstreams: running
        .filter((one) => one.app === app && one.deployment === deployment)
        .flatMap(({ upstream }) => (upstream === null ? [] : [upstream]))
        .sort(),
    });
    const serving = of(this.#serving(app));
    // What was resumed may be gone; then the version before it serves, if it runs.
    if (serving.upstreams.length > 0 || !this.#resumed.has(app)) return serving;
    return of(this.#options.releases.current(app));
  }
}

/** Containers of a switched app that get no new requests any more. */
function drainedBy(
  app: string | null,
  routes: readonly Route[],
  running: readonly AppContainer[],
): string[] {
  const serving = new Set(routes.flatMap(({ upstreams }) => upstreams));
  return running
    .filter((one) => one.app === app)
    .flatMap(({ upstream }) => (upstream === null || serving.has(upstream) ? [] : [upstream]));
}

function hostsOf(target: Target): string[] {
  return target.domains.flatMap(({ domain, aliases }) => [domain, ...aliases]);
}
