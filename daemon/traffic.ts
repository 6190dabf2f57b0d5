/**
 * Which host names lead to which containers: computed from the journal and the running
 * containers, applied through the `route` hook, one change at a time.
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
  #applied: readonly Route[] = [];
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
    if (hosts.length === 0 && !this.#applied.some((route) => route.app === app)) return;
    await this.#inTurn(async () => {
      const before = this.#applied.find((route) => route.app === app)?.upstreams ?? [];
      await this.#apply(before.filter((upstream) => !upstreams.includes(upstream)));
    });
  }

  /** The deployment has ended: from now on the journal says where the app's requests go. */
  release(app: string): void {
    this.#held.delete(app);
  }

  /** Make the router agree with what runs. Changes nothing where it already does. */
  async reconcile(): Promise<void> {
    await this.#inTurn(() => this.#apply([]));
  }

  /** @throws `DOMAIN_TAKEN` when another app already answers for one of the target's names. */
  checkDomains(app: string, target: Target): void {
    const { journal, releases } = this.#options;
    const wanted = new Set(hostsOf(target));
    if (wanted.size === 0) return;
    for (const other of journal.apps()) {
      if (other === app) continue;
      const current = releases.current(other);
      const theirs = current === null ? null : journal.release(current)?.target;
      const taken = theirs && hostsOf(theirs).find((name) => wanted.has(name));
      if (!taken) continue;
      throw fail("DOMAIN_TAKEN", {
        message: `Cannot route "${taken}" to "${app}": the app "${other}" on this server already has it`,
        hint: `Remove the name from one of the two apps' "domains"`,
        details: { status: 409 },
      });
    }
  }

  async #apply(draining: readonly string[]): Promise<void> {
    const routes = await this.#wanted();
    await this.#options.plugins.named("route", this.#options.router, { routes, draining });
    this.#applied = routes;
  }

  async #wanted(): Promise<Route[]> {
    const { journal, containers } = this.#options;
    const running = await containers();
    const routes: Route[] = [];
    for (const app of new Set([...journal.apps(), ...this.#held.keys()])) {
      const held = this.#held.get(app);
      const route = held ?? this.#current(app, running);
      if (route && route.hosts.length > 0) routes.push({ app, ...route });
    }
    return routes;
  }

  #current(app: string, running: readonly AppContainer[]): Held | null {
    const { journal, releases } = this.#options;
    const current = releases.current(app);
    const target = current === null ? undefined : journal.release(current)?.target;
    if (!target) return null;
    const upstreams = running
      .filter((one) => one.app === app && one.deployment === current && one.state === "running")
      .flatMap(({ upstream }) => (upstream === null ? [] : [upstream]))
      .sort();
    return { hosts: hostsOf(target), upstreams };
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}

function hostsOf(target: Target): string[] {
  return target.domains.flatMap(({ domain, aliases }) => [domain, ...aliases]);
}
