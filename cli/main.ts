/**
 * The `haloy` command. Loads only what the arguments ask for, because most of a short
 * command's time is loading code.
 *
 * @module
 */

import process from "node:process";
import { VERSION } from "../core/version.ts";
import { stdout } from "./output.ts";

const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
  stdout.line(VERSION);
} else {
  const { run } = await import("./run.ts");
  // Not process.exit(): right after heavy streaming it can hang Node (nodejs/node#54918).
  process.exitCode = await run(args);
}
