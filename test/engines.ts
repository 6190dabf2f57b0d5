/**
 * The Docker Engines that tests run against.
 *
 * @module
 */

/** An engine of some kind. */
export interface TestEngine {
  /** `20.10`, `28-overlay2` or `28-containerd`. */
  readonly name: string;
  /** As in `DOCKER_HOST`. */
  readonly host: string;
  /** A Docker CLI that fits the engine, where one is named. */
  readonly dockerCli: string | undefined;
}

/**
 * The engines in `HALOY_TEST_ENGINES`: `name=host[=docker CLI]`, separated by commas. Throws when
 * it is not set: a test that found no engine must not pass.
 */
export function testEngines(): readonly TestEngine[] {
  const value = process.env.HALOY_TEST_ENGINES;
  if (!value) throw new Error("HALOY_TEST_ENGINES names no engine: run the tests by vitest");
  return value.split(",").map((entry) => {
    const [name = "", host = "", dockerCli] = entry.split("=");
    return { name, host, dockerCli };
  });
}

/** The engine of that name. Throws when the run has none. */
export function testEngine(name: string): TestEngine {
  const engine = testEngines().find((one) => one.name === name);
  if (!engine) throw new Error(`HALOY_TEST_ENGINES names no engine "${name}"`);
  return engine;
}
