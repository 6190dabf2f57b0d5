import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { haloy, temporaryDirectory } from "./haloy.ts";

/** A server that refuses every token. */
async function refusingServer(): Promise<string> {
  const server = createServer((_, response) => response.writeHead(401).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const at = server.address();
  if (at === null || typeof at === "string") throw new Error("no port");
  return `127.0.0.1:${at.port}`;
}

async function project() {
  const cwd = await temporaryDirectory();
  await writeFile(
    join(cwd, "haloy.yaml"),
    `name: shop
server: "${await refusingServer()}"
image: nginx:alpine
targets:
  production: { protected: true, domains: [{ domain: shop.example.com }] }
  staging: { name: shop-staging, domains: [{ domain: bücher.example }] }
  "eu.west":
`,
  );
  return {
    run: (...args: readonly string[]) => haloy(args, { cwd, env: { HALOY_API_TOKEN: "wrong" } }),
  };
}

const lines = (text: string) => text.trim().split("\n");

test("haloy targets lists all targets, or those that are named", async () => {
  const { run } = await project();
  const { stdout } = await run("targets");
  expect(lines(stdout)).toEqual([
    expect.stringMatching(/^TARGET +APP +SERVER +DOMAINS/),
    expect.stringMatching(/^production +production +127\S+ +shop\.example\.com +protected$/),
    expect.stringMatching(/^staging +shop-staging +127\S+ +bücher\.example$/),
    expect.stringMatching(/^eu\.west +\S+ +127\S+$/),
  ]);
  const named = async (...args: readonly string[]) =>
    JSON.parse((await run("targets", "--json", ...args)).stdout).targets.map(
      ({ target }: { target: string }) => target,
    );
  const json = JSON.parse((await run("targets", "--json", "-t", "staging")).stdout);
  expect(json.targets[0].domains).toEqual(["xn--bcher-kva.example"]);
  const all = ["production", "staging", "eu.west"];
  expect(await named()).toEqual(all);
  expect(await named("--all")).toEqual(all);
  expect(await named("-t", "staging,eu.west")).toEqual(["staging", "eu.west"]);
  expect(await named("-t", "staging", "-t", "eu.west")).toEqual(["staging", "eu.west"]);
  expect(await named("--target", "eu.west")).toEqual(["eu.west"]);
  expect(await named("--targets", "production", "--target", "staging, eu.west")).toEqual(all);
});

describe.each(["deploy", "rollback", "logs"])("haloy %s", (command) => {
  test("wants a choice where there are several targets", async () => {
    const { run } = await project();
    const { code, stdout, stderr } = await run(command);
    expect(stderr).toMatch(/the config has 3: production, staging, eu\.west/);
    expect(stderr).toContain("[TARGET_REQUIRED]");
    expect(stdout).toBe("");
    expect(code).toBe(1);
  });

  test("refuses a name that is none, with the nearest one", async () => {
    const { run } = await project();
    const { code, stderr } = await run(command, "--target", "stagin");
    expect(stderr).toContain('Did you mean "staging"?');
    expect(stderr).toContain("[TARGET_UNKNOWN]");
    expect(code).toBe(1);
  });
});

test.each(["deploy", "plan", "rollback", "stop", "status", "logs", "rollback-targets"])(
  "haloy %s --json that fails ends with its error, told once",
  async (command) => {
    const { run } = await project();
    const { code, stdout, stderr } = await run(command, "-t", "staging", "--json");
    const told = lines(stdout).map((line) => JSON.parse(line));
    expect(told.filter(({ type }) => type === "error" || type === "run:fail")).toEqual([
      expect.objectContaining({ type: "error", code: "TOKEN_INVALID" }),
    ]);
    expect(told.at(-1)).toMatchObject({ type: "error" });
    expect(stderr).toBe("");
    expect(code).toBe(1);
  },
);

test.each(["plan", "status", "stop", "rollback-targets"])(
  "haloy %s --json prints no events, only answers or the error",
  async (command) => {
    const { run } = await project();
    const { stdout } = await run(command, "--all", "--json");
    expect(lines(stdout)).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({ type: "error" });
  },
);

test("what --all leaves out because it is protected is told, and can be included", async () => {
  const { run } = await project();
  const { stderr } = await run("stop", "--all");
  expect(stderr).toMatch(/^● Protected, so left out: production\n→ .*--include-protected/);
  expect(stderr).toMatch(/Cannot stop 2 of 2 targets:\n- staging: .*\n- eu\.west: /);
  const included = await run("stop", "--all", "--include-protected");
  expect(included.stderr).not.toContain("left out");
  expect(included.stderr).toMatch(/Cannot stop 3 of 3 targets:\n- production: /);
});

test("a stage that found problems is not told as done, and those of a plan never are", async () => {
  const { run } = await project();
  const deploy = await run("deploy", "-t", "staging");
  expect(deploy.stdout).toMatch(/Deploying/);
  expect(deploy.stdout).not.toMatch(/✔|Check/);
  expect(deploy.stderr).toMatch(/✖/);
  expect((await run("plan", "-t", "staging")).stdout).toBe("");
});
