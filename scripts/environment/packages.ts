/**
 * Debian packages, installed when missing and never starting a service of their own.
 *
 * @module
 */
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attempt, findProgram, run } from "./command.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

// $1 = policy file, the rest is the command. A policy that the machine has already is left alone.
const WITHOUT_SERVICES = `
policy=$1; shift
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod +x "$policy"
fi
"$@"`;

/** Where downloads are kept between runs: `HALOY_TEST_CACHE`, else `/var/cache/haloy-test`. */
export function cacheFolder(): string {
  const folder = process.env.HALOY_TEST_CACHE || "/var/cache/haloy-test";
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * Install the packages that are missing.
 *
 * Needs root on Debian or Ubuntu when there is something to install, and says what to install
 * otherwise. Safe to call from several processes at once.
 */
export async function ensurePackages(names: readonly string[]): Promise<void> {
  if ((await missingPackages(names)).length === 0) return;
  const command = `apt-get install --no-install-recommends ${names.join(" ")}`;
  if (process.getuid?.() !== 0 || findProgram("apt-get") === undefined) {
    throw new Error(`Cannot install packages: not root on Debian or Ubuntu; run "${command}"`);
  }
  await updateLists({ atMostDaily: true });
  if ((await install(names)).code === 0) return;
  await updateLists({ atMostDaily: false }); // the mirror may have dropped what our lists name
  const { code, stderr } = await install(names);
  if (code !== 0) throw new Error(`Cannot run "${command}": ${stderr.trim()}`);
}

/** The path of a busybox that needs no library, so that it runs in an image made from scratch. */
export async function ensureBusybox(): Promise<string> {
  await ensurePackages(["busybox-static"]);
  return "/bin/busybox";
}

/** Run a command while no other process of ours holds the same lock in the cache. */
export function runLocked(lock: string, file: string, args: readonly string[]): Promise<string> {
  return run("flock", [join(cacheFolder(), `${lock}.lock`), file, ...args]);
}

async function missingPackages(names: readonly string[]): Promise<string[]> {
  const format = ["Package", "db:Status-Status"].map((field) => `\${${field}}`).join(" ");
  const show = ["--show", `--showformat=${format}\\n`];
  const { stdout } = await attempt("dpkg-query", [...show, ...names]);
  const present = new Set(stdout.split("\n"));
  return names.filter((name) => !present.has(`${name} installed`));
}

async function updateLists({ atMostDaily }: { readonly atMostDaily: boolean }): Promise<void> {
  const stamp = join(cacheFolder(), "apt-updated");
  const updated = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (atMostDaily && Date.now() - updated < DAY_MS) return;
  // One unreachable third-party source fails the update, yet ours may be fine: let install decide.
  await attempt("flock", [lockOfApt(), "apt-get", "--quiet", "update"]);
  writeFileSync(stamp, "");
}

function install(names: readonly string[]) {
  const apt = ["apt-get", "--quiet", "--yes", "--no-install-recommends"];
  const command = [...apt, "--option=DPkg::Lock::Timeout=300", "install", ...names];
  const script = ["sh", "-c", WITHOUT_SERVICES, "sh", "/usr/sbin/policy-rc.d", ...command];
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  return attempt("flock", [lockOfApt(), ...script], { env });
}

function lockOfApt(): string {
  return join(cacheFolder(), "apt.lock");
}
