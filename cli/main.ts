/**
 * The `haloy` command. Loads only what the arguments ask for, because most of a short
 * command's time is loading code.
 *
 * @module
 */

import { VERSION } from "../core/version.ts";

const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
  // Not through output.ts: opening the standard streams takes Bun and Deno twice their own start.
  console.log(VERSION);
} else {
  const [{ run }, { stdout }] = await Promise.all([import("./run.ts"), import("./output.ts")]);
  const code = await run(args);
  // Not process.exit(): right after heavy streaming it can hang Node (nodejs/node#54918).
  process.exitCode = code || (stdout.failed ? 1 : 0);
}
