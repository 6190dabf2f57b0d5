/**
 * Every expected failure: a permanent code, what happened, and what to do next.
 *
 * The grammar of a message: "Cannot <action>: <state>", values quoted, no closing period.
 * The hint says what to do. Codes are permanent: people search for them.
 *
 * @module
 */

/** Where in a configuration file a problem is. Line and column count from 1. */
export interface Location {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** What {@link fail} needs besides the code. */
export interface Failure {
  /** What happened, in one sentence; evidence may follow on further lines. */
  readonly message: string;
  /** What to do next. */
  readonly hint?: string | undefined;
  readonly at?: Location | undefined;
  readonly plugin?: string | undefined;
  readonly hook?: string | undefined;
  readonly cause?: unknown;
  /** Plain data for programs: a failed deployment's evidence, for example. */
  readonly details?: unknown;
}

/** The codes, each with the exit code of the command line. 2: the input was wrong. */
export const ERROR_CODES = {
  ABORTED: 130,
  API_REQUEST_INVALID: 1,
  APP_NOT_FOUND: 1,
  BUILD_FAILED: 1,
  CONFIG_EXISTS: 1,
  CONFIG_INVALID: 1,
  CONFIG_NOT_FOUND: 1,
  CONFIG_UNREADABLE: 1,
  CONFIG_UNWRITABLE: 1,
  CONTAINER_EXITED: 1,
  CONTAINER_NAME_TAKEN: 1,
  CONTAINER_UNHEALTHY: 1,
  DAEMON_OUTDATED: 1,
  DAEMON_REJECTED: 1,
  DAEMON_UNREACHABLE: 1,
  DEPLOYMENT_BUSY: 1,
  DEPLOYMENT_CANCELLED: 130,
  DEPLOYMENT_FAILED: 1,
  DEPLOYMENT_INTERRUPTED: 1,
  DEPLOYMENT_NOT_FOUND: 1,
  DEPLOYMENT_UNDO_INCOMPLETE: 1,
  DOMAIN_TAKEN: 1,
  ENGINE_REJECTED: 1,
  ENGINE_UNREACHABLE: 1,
  ENV_MISSING: 1,
  HOOK_COMMAND_FAILED: 1,
  HOOK_UNANSWERED: 1,
  IMAGE_NOT_FOUND: 1,
  IMAGE_PLATFORM_MISMATCH: 1,
  IMAGE_PULL_FAILED: 1,
  IMAGE_PUSH_FAILED: 1,
  INTERNAL: 1,
  LAYER_CORRUPT: 1,
  LAYER_MISSING: 1,
  LEASE_LOST: 1,
  NETWORK_NOT_FOUND: 1,
  NETWORK_UNSUITABLE: 1,
  PLUGIN_ANSWER_INVALID: 1,
  PLUGIN_DUPLICATE: 1,
  PLUGIN_FAILED: 1,
  PLUGIN_INVALID: 1,
  PLUGIN_NOT_FOUND: 1,
  PORT_NOT_EXPOSED: 1,
  PORT_TAKEN: 1,
  REGISTRY_DENIED: 1,
  REGISTRY_LOGIN_FAILED: 1,
  REGISTRY_LOGIN_INVALID: 1,
  REGISTRY_LOGIN_NOT_FOUND: 1,
  REGISTRY_RATE_LIMITED: 1,
  REGISTRY_TLS_FAILED: 1,
  REGISTRY_UNAUTHORIZED: 1,
  REGISTRY_UNREACHABLE: 1,
  ROLLBACK_TARGET_NOT_FOUND: 1,
  ROLLBACK_UNAVAILABLE: 1,
  ROUTER_REJECTED: 1,
  ROUTER_UNREACHABLE: 1,
  SECRET_NOT_FOUND: 1,
  SERVER_KNOWN: 1,
  SERVER_NOT_FOUND: 1,
  SERVER_SETUP_INVALID: 1,
  SETTING_REFUSED: 1,
  STRATEGY_DUPLICATE: 1,
  STRATEGY_UNKNOWN: 1,
  TARGET_REQUIRED: 1,
  TARGET_UNKNOWN: 1,
  TOKEN_INVALID: 1,
  TOKEN_MISSING: 1,
  USAGE_INVALID: 1,
  VOLUME_SOURCE_NOT_FOUND: 1,
} as const;

/** A permanent, searchable name for one kind of failure. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** An error as it crosses a wire or lands in `--json`. */
export interface ErrorJson {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly at?: Location;
  readonly plugin?: string;
  readonly hook?: string;
  readonly details?: unknown;
}

/** An expected failure: printed without a stack trace. */
export class HaloyError extends Error {
  override readonly name = "HaloyError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly at: Location | undefined;
  readonly plugin: string | undefined;
  readonly hook: string | undefined;
  readonly details: unknown;

  constructor(code: ErrorCode, failure: Failure) {
    super(failure.message, failure.cause === undefined ? {} : { cause: failure.cause });
    this.code = code;
    this.hint = failure.hint;
    this.at = failure.at;
    this.plugin = failure.plugin;
    this.hook = failure.hook;
    this.details = failure.details;
  }

  toJSON(): ErrorJson {
    const { code, message, hint, at, plugin, hook, details } = this;
    return {
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(at === undefined ? {} : { at }),
      ...(plugin === undefined ? {} : { plugin }),
      ...(hook === undefined ? {} : { hook }),
      ...(details === undefined ? {} : { details }),
    };
  }
}

/** Make the error for `code`. */
export function fail(code: ErrorCode, failure: Failure): HaloyError {
  return new HaloyError(code, failure);
}

/** True for a {@link HaloyError} from any copy of this package: a plugin may carry its own. */
export function isHaloyError(value: unknown): value is HaloyError {
  return value instanceof Error && value.name === "HaloyError" && "code" in value;
}

/** What was thrown, in words. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Any thrown value as plain data. What nobody expected gets the code `INTERNAL`. */
export function errorJson(thrown: unknown): ErrorJson {
  if (isHaloyError(thrown)) return thrown.toJSON();
  if (thrown instanceof Error && thrown.name === "AbortError") {
    return { code: "ABORTED", message: "Cancelled" };
  }
  return { code: "INTERNAL", message: reasonOf(thrown) };
}

/** The error behind plain data that {@link errorJson} made, on this or another machine. */
export function errorFromJson(json: ErrorJson): HaloyError {
  const code = json.code in ERROR_CODES ? json.code : "INTERNAL";
  return new HaloyError(code, json);
}
