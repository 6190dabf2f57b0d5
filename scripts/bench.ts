/**
 * `npm run bench -- <name>`: figures measured on this machine, in one run, as ratios against what
 * a user would otherwise use.
 *
 * @module
 */

/** Every benchmark by name. */
const BENCHMARKS: Readonly<Record<string, () => Promise<{ run(): Promise<void> }>>> = {
  config: () => import("./bench/config.ts"),
  "main-job": () => import("./bench/main-job.ts"),
};

const [name = ""] = process.argv.slice(2);
const load = BENCHMARKS[name];
if (load) {
  await (await load()).run();
} else {
  console.error(`Benchmarks are: ${Object.keys(BENCHMARKS).join(", ")}`);
  process.exitCode = 1;
}
