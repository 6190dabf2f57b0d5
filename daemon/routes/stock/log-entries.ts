/**
 * A deployment's events as the log entries that stock Haloy clients print.
 *
 * @module
 */

import type { LogLevel } from "../../../core/events.ts";
import type { DeploymentState } from "../../../core/hooks.ts";
import type { StoredEvent } from "../../event-store.ts";
import type { DeploymentRecord } from "../../journal.ts";

/** One entry, in the stock protocol's names. */
export interface LogEntry {
  readonly level: "DEBUG" | "INFO" | "WARN" | "ERROR";
  readonly message: string;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly deploymentID: string;
  readonly appName: string;
  /** Canonical names; a stock client prints a link to the first. */
  readonly domains?: readonly string[];
  readonly isDeploymentComplete?: boolean;
  readonly isDeploymentFailed?: boolean;
  readonly isDeploymentSuccess?: boolean;
}

/**
 * The longest message of one entry in UTF-16 units. A stock client gives up on a line of 64 KiB,
 * and JSON makes at most six bytes of a unit.
 */
const MAX_MESSAGE = 8000;
/** The most bytes that the names of one entry may take as JSON, for the same reason. */
const MAX_DOMAINS = 8000;

const STATES: { readonly [State in DeploymentState]?: string } = {
  preparing: "Preparing the image",
  checking: "Waiting until the containers are healthy",
  switching: "Sending requests to the new version",
  retaining: "Cleaning up old releases",
};

/** The entries of one event. None for what only our own clients understand. */
export function entriesOf(record: DeploymentRecord, { at, event }: StoredEvent): LogEntry[] {
  if (event.type === "deployment:log") return pieces(record, event.level, event.message, at);
  if (event.type === "deployment:queued") {
    const message = `Waiting for deployment ${event.behind} of this app to end`;
    return pieces(record, "info", message, at);
  }
  const words = event.type === "deployment:state" ? STATES[event.state] : undefined;
  return words === undefined ? [] : pieces(record, "info", words, at);
}

/** The entries that end the log of a deployment that has ended; the last one says how. */
export function lastEntries(record: DeploymentRecord, domains: readonly string[]): LogEntry[] {
  const { id, app, state, error, rolledBackFrom } = record;
  const at = record.finishedAt ?? new Date().toISOString();
  if (state === "succeeded") {
    const message = rolledBackFrom ? `Rolled ${app} back to ${rolledBackFrom}` : `Deployed ${app}`;
    return flagged(pieces(record, "info", message, at), {
      domains: fitting(domains),
      isDeploymentComplete: true,
      isDeploymentSuccess: true,
    });
  }
  const said = error ? [error.message, error.hint].filter(Boolean).join("\n") : "";
  const message = said || `Deployment ${id} of ${app} was ${state}`;
  return flagged(pieces(record, "error", message, at), {
    isDeploymentComplete: true,
    isDeploymentFailed: true,
  });
}

function flagged(entries: LogEntry[], flags: Partial<LogEntry>): LogEntry[] {
  return entries.map((entry, index) =>
    index === entries.length - 1 ? { ...entry, ...flags } : entry,
  );
}

/** The domains that fit into one line; the first ones are the ones that a client shows. */
function fitting(domains: readonly string[]): string[] {
  let room = MAX_DOMAINS;
  return domains.filter((domain) => {
    room -= Buffer.byteLength(JSON.stringify(domain)) + 1;
    return room >= 0;
  });
}

function pieces(
  { id, app }: DeploymentRecord,
  level: LogLevel,
  message: string,
  timestamp: string,
): LogEntry[] {
  return cut(message).map((piece) => ({
    level: level.toUpperCase() as LogEntry["level"],
    message: piece,
    timestamp,
    deploymentID: id,
    appName: app,
  }));
}

/** A text in pieces of at most {@link MAX_MESSAGE}, cut at line ends where there are any. */
function cut(text: string): string[] {
  const found: string[] = [];
  let rest = text;
  while (rest.length > MAX_MESSAGE) {
    const line = rest.lastIndexOf("\n", MAX_MESSAGE);
    const end = line > 0 ? line : MAX_MESSAGE - (isHighSurrogate(rest, MAX_MESSAGE - 1) ? 1 : 0);
    found.push(rest.slice(0, end));
    rest = rest.slice(line > 0 ? end + 1 : end);
  }
  return [...found, rest];
}

function isHighSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xd800 && unit <= 0xdbff;
}
