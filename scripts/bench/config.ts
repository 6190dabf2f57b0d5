/**
 * Loading and checking large configs: time and memory beyond start-up, at 50 to 400 targets, and
 * against only parsing the same text with the `yaml` package.
 *
 * @module
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import Table from "cli-table3";
import { ROOT, type Runtime } from "../environment/haloyd.ts";
import { measure, median } from "./measure.ts";

const RUNS = 9;
const SIZES = [50, 100, 200, 400] as const;
/** The goal for 200 targets (milliseconds beyond start-up). */
const GOAL_MS = 150;

/** A config of ten lines for each target, with what targets usually have. */
function configOf(targets: number): string {
  const blocks = Array.from({ length: targets }, (_, index) => {
    const name = `shop-${index}`;
    return `  ${name}:
    server: server-${index % 7}.example.com
    image: { build_config: { push: server } }
    domains:
      - domain: ${name}.example.com
        aliases: [www.${name}.example.com]
    env:
      - { name: NAME, value: "${name} at \${BASE}" }
      - { name: TOKEN, from: { env: TOKEN_${index} } }
    replicas: ${1 + (index % 3)}
`;
  });
  return `image:
  repository: ghcr.io/acme/shop
  tag: v1
  build_config: { context: app, dockerfile: app/Dockerfile }
env:
  - { name: BASE, value: shared }
targets:
${blocks.join("")}`;
}

const PROGRAMS = {
  load: (file: string) => `
    import { loadConfig } from ${JSON.stringify(pathToFileURL(join(ROOT, "core/config/load.ts")))};
    const { config } = await loadConfig(${JSON.stringify(file)});
    console.log(Object.keys(config.targets).length);`,
  parse: (file: string) => `
    import { readFileSync } from "node:fs";
    import { parse } from ${JSON.stringify(pathToFileURL(join(ROOT, "node_modules/yaml/dist/index.js")))};
    console.log(Object.keys(parse(readFileSync(${JSON.stringify(file)}, "utf8")).targets).length);`,
};

interface Figures {
  readonly ms: number;
  readonly peakBytes: number;
}

/** Medians of all programs, which take turns so that noise hits all alike. */
async function measureAll(
  programs: ReadonlyMap<string, { readonly file: string; readonly targets: number }>,
  runtime: Runtime,
  cwd: string,
): Promise<Map<string, Figures>> {
  const binary = join(ROOT, "node_modules/.bin", runtime);
  const samples = new Map([...programs.keys()].map((name) => [name, [] as Figures[]]));
  for (let round = -1; round < RUNS; round += 1) {
    for (const [name, { file, targets }] of programs) {
      const args =
        runtime === "deno" ? ["run", "-A", `--config=${join(ROOT, "deno.json")}`, file] : [file];
      const run = await measure(binary, args, { cwd, env: process.env });
      if (run.code !== 0 || run.stdout.trim() !== String(targets)) {
        throw new Error(`${name} under ${runtime} failed: ${run.stdout}`);
      }
      // The first round fills caches, as the first use on a machine does.
      if (round >= 0) samples.get(name)?.push({ ms: run.seconds * 1000, peakBytes: run.peakBytes });
    }
  }
  return new Map(
    [...samples].map(([name, all]) => [
      name,
      { ms: median(all.map(({ ms }) => ms)), peakBytes: median(all.map((one) => one.peakBytes)) },
    ]),
  );
}

/** Print the figures. */
export async function run(): Promise<void> {
  const cwd = mkdtempSync(join(tmpdir(), "haloy-config-"));
  try {
    const programs = new Map<string, { file: string; targets: number }>();
    for (const targets of [1, ...SIZES]) {
      const config = join(cwd, `${targets}.yaml`);
      writeFileSync(config, configOf(targets));
      for (const [kind, write] of Object.entries(PROGRAMS)) {
        const file = join(cwd, `${kind}-${targets}.mjs`);
        writeFileSync(file, write(config));
        programs.set(`${kind} ${targets}`, { file, targets });
      }
    }
    const table = new Table({
      style: { head: [], border: [] },
      head: [
        "runtime",
        "targets",
        "lines",
        "beyond start-up",
        "per target",
        "yaml only",
        "ratio",
        "memory",
      ],
    });
    for (const runtime of ["node", "deno", "bun"] as const) {
      const figures = await measureAll(programs, runtime, cwd);
      const of = (name: string) => figures.get(name) as Figures;
      for (const targets of SIZES) {
        const beyond = of(`load ${targets}`).ms - of("load 1").ms;
        const parsing = of(`parse ${targets}`).ms - of("parse 1").ms;
        const memory = of(`load ${targets}`).peakBytes - of("load 1").peakBytes;
        table.push([
          runtime,
          targets,
          configOf(targets).split("\n").length,
          `${beyond.toFixed(0)} ms${targets === 200 ? ` (goal ${GOAL_MS})` : ""}`,
          `${(beyond / targets).toFixed(2)} ms`,
          `${parsing.toFixed(0)} ms`,
          (beyond / parsing).toFixed(2),
          `+${(memory / 1024 / 1024).toFixed(0)} MiB`,
        ]);
      }
    }
    console.log(
      "Load and check a config: medians of",
      RUNS,
      "runs, a config of 1 target taken off",
    );
    console.log(table.toString());
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
