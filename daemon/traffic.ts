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

/** An app whose traffic a deployment is moving right now. */
interface Held {
  readonly hosts: readonly string[];
  readonly upstreams: readonly string[];
}

/** The route table of one server. */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #held: Map<string, Held> = new Map();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  /**
   * Send an app's requests to `upstreams` and wait until its other upstreams have no request
   * left. Holds until {@link release}: a reconciliation in between changes nothing of this app.
   */
  async switch(app: string, target: Target, upstreams: readonly string[]): Promise<void> {
    const hosts = hostsOf(target);
    this.#held.set(app, { hosts, upstreams });
    // A worker needs no router, unless it had names until now.
    if (hosts.length > 0 || this.#currentHosts(app).length > 0) await this.#apply(app);
  }

  /** The deployment has ended: from now on the journal says where the app's requests go. */
  release(app: string): void {
    this.#held.delete(app);
  }

  /** Make the router agree with what runs. Changes nothing where it already does. */
  async reconcile(): Promise<void> {
    await this.#apply(null);
  }

  /** @throws `DOMAIN_TAKEN` when another app already answers for one of the target's names. */
  checkDomains(app: string, target: Target): void {
    const wanted = new Set(hostsOf(target));
    if (wanted.size === 0) return;
    for (const other of this.#options.journal.apps()) {
      if (other === app) continue;
      const taken = this.#currentHosts(other).find((name) => wanted.has(name));
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
      const containers = await this.#options.containers();
      const running = containers.filter(({ state }) => state === "running");
      const routes = this.#wanted(running);
      const draining = drainedBy(switched, routes, running);
      const { plugins, router } = this.#options;
      return { applied: plugins.named("route", router, { routes, draining }) };
    });
    this.#turn = turn.catch(() => {});
    await (await turn).applied;
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

  #currentHosts(app: string): string[] {
    const { journal, releases } = this.#options;
    const current = releases.current(app);
    const target = current === null ? undefined : journal.release(current)?.target;
    return target ? hostsOf(target) : [];
  }

  #current(app: string, running: readonly AppContainer[]): Held {
    const current = this.#options.releases.current(app);
    const upstreams = running
      .filter((one) => one.app === app && one.deployment === current)
      .flatMap(({ upstream }) => (upstream === null ? [] : [upstream]))
      .sort();
    return { hosts: this.#currentHosts(app), upstreams };
  }
}

/** Running containers of a switched app that get no new requests any more. */
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
