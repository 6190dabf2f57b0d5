/**
 * Everything the routes need, opened once: engine, database, plugins, layer store, deployer.
 *
 * @module
 */

import { join } from "node:path";
import { fail } from "../core/errors.ts";
import type { HaloyEvent } from "../core/events.ts";
import { PluginHost, setUpPlugins } from "../core/host.ts";
import { loadPlugins } from "../core/registry.ts";
import { EngineClient, engineAddress } from "../engine/client.ts";
import { listContainers } from "../engine/containers.ts";
import { serverPlugins } from "../plugins/builtins.ts";
import { lockDataDirectory, openDatabase } from "./database.ts";
import { Deployer } from "./deployer.ts";
import { watchContainers } from "./engine-events.ts";
import { Journal } from "./journal.ts";
import { LayerStore } from "./layers/store.ts";
import { Registries, registriesFile } from "./registries.ts";
import { Releases } from "./releases.ts";
import { Retention } from "./retention.ts";
import type { Settings } from "./settings.ts";
import { sweep } from "./sweep.ts";
import { TokenCheck } from "./token.ts";
import { Traffic } from "./traffic.ts";
import { Vault } from "./vault.ts";

/** How often the router is compared with what runs (milliseconds). */
const RECONCILE_EVERY_MS = 5000;

/** The open parts of one daemon. */
export interface Services {
  readonly settings: Settings;
  readonly engine: EngineClient;
  readonly journal: Journal;
  readonly releases: Releases;
  readonly layers: LayerStore;
  readonly registries: Registries;
  readonly traffic: Traffic;
  readonly deployer: Deployer;
  readonly plugins: PluginHost;
  readonly token: TokenCheck;
  /** Say something that only the operator of the server should read. */
  report(said: unknown): void;
  /** Stop deployments that can be stopped, wait for the others, and close everything. */
  close(): Promise<void>;
}

/**
 * Open everything, and take up what a crash left open. Resolves when the daemon may accept
 * deployments: those of an app that is still recovering wait in its queue.
 *
 * @throws `SERVER_SETUP_INVALID`, `ENGINE_UNREACHABLE`, or what a plugin's set-up throws.
 */
export async function openServices(
  settings: Settings,
  env: Readonly<Record<string, string | undefined>>,
  report: (said: unknown) => void,
): Promise<Services> {
  const { dataDirectory, configDirectory, file, router } = settings;
  const token = TokenCheck.load(configDirectory);
  const engine = new EngineClient(engineAddress(env));
  await engine.apiVersion();
  const lock = lockDataDirectory(dataDirectory);
  const database = openDatabase(dataDirectory);
  const vault = Vault.open(dataDirectory);
  const journal = new Journal(database, vault);
  const releases = new Releases(database);
  const layers = new LayerStore({ directory: join(dataDirectory, "layers"), engine });
  await layers.recover();
  const registries = new Registries({ file: registriesFile(dataDirectory), vault, env });

  const loaded = await loadPlugins(settings.plugins, { from: file, builtins: serverPlugins });
  const running = await setUpPlugins(loaded);
  const { signal } = new AbortController();
  // What the router and the history strategies say outside of a deployment is for the operator.
  const events = {
    append(event: HaloyEvent) {
      if (event.type === "log" && event.level !== "debug") report(event.message);
    },
  };
  const plugins = new PluginHost(running, { events, signal, env });
  plugins.owner("route", router.strategy);

  const containers = () => listContainers(engine);
  const traffic = new Traffic({ journal, releases, router, plugins, containers });
  const retention = new Retention({ journal, releases, engine, layers, plugins });
  const work = {
    journal,
    releases,
    registries,
    engine,
    traffic,
    retention,
    plugins: running,
    env,
    report,
  };
  const deployer = new Deployer(work);

  const once = reportOnce(report);
  const reconcile = async () => {
    await traffic.reconcile();
    const removed = await sweep(await containers(), { journal, releases, deployer, engine });
    if (removed.length > 0) report(`Removed containers left over: ${removed.join(", ")}`);
  };
  // Apps that no crash interrupted get their routes at once, the others as they recover. Their
  // deployments are queued already, so whatever is submitted from now on comes after them.
  for (const { app, id, state } of journal.open()) {
    if (state === "switching" || state === "retaining") traffic.resume(app, id);
  }
  const recovered = deployer.recover();
  await reconcile().catch(once);
  const timer = setInterval(() => void reconcile().catch(once), RECONCILE_EVERY_MS);
  const stopped = new AbortController();
  void watchContainers(engine, () => traffic.reconcile().catch(once), stopped.signal);

  return {
    settings,
    engine,
    journal,
    releases,
    layers,
    registries,
    traffic,
    deployer,
    plugins,
    token,
    report,
    async close() {
      clearInterval(timer);
      stopped.abort();
      deployer.stop(
        fail("DEPLOYMENT_INTERRUPTED", {
          message: "haloyd was stopped in the middle of this deployment",
          hint: "The version before it serves. Deploy again when haloyd is back",
        }),
      );
      await recovered;
      await deployer.idle();
      await plugins.dispose();
      database.close();
      lock.release();
    },
  };
}

/** Report an error, but the same one only once in a row: a router may be away for hours. */
function reportOnce(report: (said: unknown) => void): (error: unknown) => void {
  let last = "";
  return (error) => {
    const said = String(error);
    if (said !== last) report(error);
    last = said;
  };
}
