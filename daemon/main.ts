/**
 * `haloyd`: the command line of the daemon.
 *
 * @module
 */

import { Command } from "commander";
import { errorJson, isHaloyError } from "../core/errors.ts";
import { VERSION } from "../core/version.ts";
import { DEFAULT_CONFIG_DIRECTORY, DEFAULT_DATA_DIRECTORY } from "./settings.ts";

/** Where files are, as every command takes it. */
interface Directories {
  readonly dataDir: string;
  readonly configDir: string;
}

const program = new Command("haloyd")
  .description("Runs your apps on this server and replaces them without an outage")
  .version(VERSION, "-V, --version");

/** A command with the two directory options. */
function command(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option(
      "--data-dir <dir>",
      "database, layers and keys",
      process.env.HALOY_DATA_DIR ?? DEFAULT_DATA_DIRECTORY,
    )
    .option(
      "--config-dir <dir>",
      "haloyd.yaml and the token's hash",
      process.env.HALOY_CONFIG_DIR ?? DEFAULT_CONFIG_DIRECTORY,
    );
}

command("init", "set this server up and print its API token, this once")
  .option("--api-domain <name>", "host name under which clients reach this server")
  .action(async ({ dataDir, configDir, apiDomain }: Directories & { apiDomain?: string }) => {
    const { initialize } = await import("./commands/init.ts");
    await initialize({ dataDirectory: dataDir, configDirectory: configDir, apiDomain });
  });

command("serve", "run the daemon")
  .option("--listen <address>", "host:port of the API", "127.0.0.1:9922")
  .action(async ({ dataDir, configDir, listen }: Directories & { listen: string }) => {
    const { serve } = await import("./commands/serve.ts");
    await serve({ dataDirectory: dataDir, configDirectory: configDir, listen });
  });

command("verify", "check that this server is ready")
  .option("--listen <address>", "host:port of the API", "127.0.0.1:9922")
  .action(async ({ dataDir, configDir, listen }: Directories & { listen: string }) => {
    const { verify } = await import("./commands/verify.ts");
    process.exitCode = await verify({ dataDirectory: dataDir, configDirectory: configDir, listen });
  });

const config = program.command("config").description("read and change haloyd's own settings");
for (const [name, args, description] of [
  ["get", "<key>", "print api-domain or api-url"],
  ["generate-token", "", "make a new API token and print it, this once"],
] as const) {
  config
    .command(`${name} ${args}`.trim())
    .description(description)
    .option(
      "--config-dir <dir>",
      "haloyd.yaml and the token's hash",
      process.env.HALOY_CONFIG_DIR ?? DEFAULT_CONFIG_DIRECTORY,
    )
    .option("--raw", "print the value only")
    .action(async (...given: unknown[]) => {
      const { getSetting, generateToken } = await import("./commands/config.ts");
      if (name === "get") {
        const [key, { configDir, raw }] = given as [string, { configDir: string; raw?: boolean }];
        getSetting(configDir, key, raw ?? false);
      } else {
        const [{ configDir, raw }] = given as [{ configDir: string; raw?: boolean }];
        generateToken(configDir, raw ?? false);
      }
    });
}

program
  .command("version")
  .description("print the version")
  .option("--json", "as JSON")
  .action(({ json }: { json?: boolean }) => {
    process.stdout.write(
      json ? `${JSON.stringify({ version: VERSION })}\n` : `haloyd ${VERSION}\n`,
    );
  });

try {
  await program.parseAsync();
} catch (error) {
  const { code, message, hint } = errorJson(error);
  process.stderr.write(`✖ ${message}\n${hint === undefined ? "" : `  → ${hint}\n`}  [${code}]\n`);
  if (!isHaloyError(error) && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
}
