/**
 * What a deploy would do, for people.
 *
 * @module
 */

import type { Change, Plan, PlannedBuild, PlannedPush, TargetPlan } from "../../client/api.ts";
import { writtenDomains } from "../../core/domain-names.ts";
import { plainText } from "../output.ts";
import { counted, facts, listed } from "./format.ts";
import { bold, dim, green, red, yellow } from "./style.ts";

/** The plan as text; `short` shortens an absolute path. */
export function planText(plan: Plan, short: (path: string) => string): string {
  const targets = Object.values(plan.targets);
  const several = targets.length > 1;
  const blocks = [
    commands("Before everything else", plan.globalPreDeploy),
    ...plan.builds.map((build) => buildText(build, several, short)),
    plan.pushes.map((push) => pushText(push, several)).join("\n"),
    ...targets.map((target) => targetText(target, several)),
    commands("After all targets", plan.globalPostDeploy),
    summary(plan),
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

/** One sentence: what `haloy deploy` would do. */
function summary(plan: Plan): string {
  const targets = Object.values(plan.targets);
  const total = (count: (target: TargetPlan) => number) =>
    targets.reduce((sum, target) => sum + count(target), 0);
  const run =
    plan.globalPreDeploy.length +
    plan.globalPostDeploy.length +
    total(({ preDeploy, postDeploy }) => preDeploy.length + postDeploy.length);
  const stops = total((target) => target.stops.length);
  const removes = total((target) => target.removes?.length ?? 0);
  const acts = [
    run > 0 && `run ${counted(run, "command")}`,
    plan.builds.length > 0 && `build ${counted(plan.builds.length, "image")}`,
    plan.pushes.length > 0 &&
      `push ${plan.pushes.length === 1 ? "once" : `${plan.pushes.length} times`}`,
    `start ${counted(
      total(({ starts }) => starts),
      "container",
    )}`,
    stops > 0 && `stop ${counted(stops, "container")}`,
    removes > 0 && `remove ${counted(removes, "old release")}`,
  ].filter((act) => act !== false);
  return `${bold("haloy deploy")} would ${listed(acts)}: ${news(targets)}`;
}

/** How many targets are new, change, and stay as they are: those get new containers too. */
function news(targets: readonly TargetPlan[]): string {
  const created = targets.filter(({ current }) => current === null).length;
  const running = targets.filter(({ current }) => current !== null);
  const changed = running.filter(({ changes }) => changes.length > 0).length;
  const same = running.length - changed;
  if (targets.length === 1) {
    if (created > 0) return "it is new on its server";
    return changed > 0 ? "its settings change" : "its settings stay the same";
  }
  const groups = [
    { count: created, one: "is new", more: "are new" },
    { count: changed, one: "changes", more: "change" },
    {
      count: same,
      one: "has the same settings and starts anew all the same",
      more: "have the same settings and start anew all the same",
    },
  ].filter(({ count }) => count > 0);
  return listed(
    groups.map(({ count, one, more }, index) => {
      const whom = index === 0 ? counted(count, "target") : String(count);
      return `${whom} ${count === 1 ? one : more}`;
    }),
  );
}

function buildText(build: PlannedBuild, several: boolean, short: (path: string) => string): string {
  const { image, context, dockerfile, platforms, stage, args, secrets, targets } = build;
  return `Build ${bold(image)}${several ? ` for ${listed(targets)}` : ""}\n${facts([
    ["dockerfile", short(dockerfile) + (stage === null ? "" : `, stage ${stage}`)],
    ["context", short(context) || "."],
    ["platform", platforms.join(", ")],
    ["args", args.join(", ") || null],
    ["secrets", secrets.join(", ") || null],
  ])}`;
}

function pushText({ image, strategy, to, targets }: PlannedPush, several: boolean): string {
  const whom = several ? ` for ${listed(targets)}` : "";
  return `Push ${bold(image)} to ${to} ${dim(`(${strategy})`)}${whom}`;
}

function targetText(plan: TargetPlan, several: boolean): string {
  const { target, app, server, current, starts, strategy, stops, keeps, removes } = plan;
  const name = target === app ? bold(app) : `${bold(target)}: ${app}`;
  const heading = `${several ? "Deploy" : "Run"} ${name} on ${server}`;
  const count = `${counted(starts, "container")}${stops.length > 0 ? `, ${strategy}` : ""}`;
  return `${heading}\n${facts([
    ["image", `${plan.image}, ${origin(plan)}`],
    ["now", current === null ? "nothing runs" : `${current.deployment}, ${current.state}`],
    ["changes", changesText(plan)],
    ["starts", count],
    ["stops", stops.join("\n") || null],
    ["keeps", keeps ? keeps.join("\n") || null : `what history strategy "${plan.history}" keeps`],
    ["removes", removes?.join("\n") || null],
    ["before", plan.preDeploy.join("\n") || null],
    ["after", plan.postDeploy.join("\n") || null],
  ])}`;
}

function origin({ source, pullPolicy }: TargetPlan): string {
  if (source === "build") return "built here";
  switch (pullPolicy) {
    case "always":
      return "pulled by the server when the registry has a newer one";
    case "if_missing":
      return "pulled by the server when it is missing there";
    case "never":
      return "which is on the server already";
  }
}

function changesText({ current, changes }: TargetPlan): string | null {
  if (changes.length > 0) return changes.map(changeText).join("\n");
  return current === null ? null : "none: the same settings run now";
}

function changeText({ setting, from, to }: Change): string {
  const written = setting === "domains" ? writtenDomains : (value: string) => value;
  const shown = (value: string) => plainText(written(value)).replaceAll("\n", "\\n") || '""';
  if (from === null) return green(`+ ${setting}: ${shown(to ?? "")}`);
  if (to === null) return red(`− ${setting}: ${shown(from)}`);
  return `${yellow(`~ ${setting}:`)} ${red(shown(from))} → ${green(shown(to))}`;
}

function commands(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${title}\n${lines.map((line) => `  ${line}`).join("\n")}`;
}
