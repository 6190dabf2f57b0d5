/**
 * The grammars of `core/reference.ts`, `core/volume.ts` and the like as regular expressions, as
 * far as one can say them. Each accepts everything that its grammar does, and little more. They
 * have no lookaround: editors run them by several engines.
 *
 * @module
 */

import { VOLUME_OPTIONS } from "../../volume.ts";
import { MUTABLE_TAGS } from "../history.ts";

const HOST_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const REGISTRY = `(?:${HOST_LABEL}(?:\\.${HOST_LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const TAG = "[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}";

/** `[registry/]repository[:tag][@digest]`. */
export const REFERENCE: string =
  `^(?:${REGISTRY}/)?${COMPONENT}(?:/${COMPONENT})*` + `(?::${TAG})?(?:@sha256:[0-9a-f]{64})?$`;

/** A reference that has a tag or a digest. */
export const WITH_VERSION = "@|:[^/]*$";
/** A reference that has a digest. */
export const WITH_DIGEST = "@";
/** A reference that has a tag. */
export const WITH_TAG = "^[^@]*:[^/@]+(?:@|$)";

const MOVING: string = [...MUTABLE_TAGS].map(anyCase).join("|");
/** A tag that moves. */
export const MUTABLE_TAG: string = `^(?:${MOVING})$`;
/** A reference whose tag moves. */
export const WITH_MUTABLE_TAG: string = `:(?:${MOVING})(?:@|$)`;

const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
const LAST_LABEL = "[a-zA-Z0-9][a-zA-Z0-9-]{0,61}[a-zA-Z0-9]";
/** What no host name has. */
const NOT_IN_NAMES = "\\s/:?#@\\\\%\\[\\]*";
/** A host name; names in other alphabets than ASCII are looked at by Haloy itself. */
export const HOST_NAME: string =
  `^(?:${anyCase("localhost")}|(?:\\*\\.)?(?:${LABEL}\\.)+${LAST_LABEL}` +
  `|(?:\\*\\.)?[^${NOT_IN_NAMES}]*[^\\x00-\\x7f${NOT_IN_NAMES}][^${NOT_IN_NAMES}]*)$`;
/** An IP address, or what browsers take for one. */
export const ENDS_IN_NUMBER = "\\.(?:[0-9]+|0[xX][0-9a-fA-F]*)$";

const OPTION = `(?:${[...VOLUME_OPTIONS].join("|")})`;
/** `source:/path[:options]`. */
export const VOLUME: string = `^(?:/[^:\\\\]*|[a-zA-Z0-9][a-zA-Z0-9_.-]+):/[^:\\\\]+(?::${OPTION}(?:,${OPTION})*)?$`;

/** `provider:source:key`, or a key alone. */
export const SECRET_REFERENCE = "^(?:[^:\\s]+|[^:\\s]+:[^:\\s]+:\\S(?:.*\\S)?)$";

/** A port in quotes. */
export const PORT =
  "^0*(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$";

/** Memory with a unit. */
export const MEMORY = "^[0-9]+(?:\\.[0-9]+)?\\s*[bkmgtBKMGT]?(?:[iI]?[bB])?$";

/** Processors in quotes. */
export const PROCESSORS = "^[0-9]+(?:\\.[0-9]+)?$";

/** A glob of tags; one with braces is looked at by Haloy itself. */
export const GLOB = "^(?:[a-zA-Z0-9_.*?-]|\\\\[a-zA-Z0-9_.-]|\\[[\\s\\S][^\\]]*\\])*$|\\{";

/** The host name of a server, or an address from which it is taken. */
export const SERVER: string = `^(?:${anyCase("http")}[sS]?://)?[^\\s@/?#]+(?:[/?#]\\S*)?$`;

/** Networks of Docker that no request reaches. */
export const UNREACHABLE_NETWORK = "^(?:none$|container:)";

/** Text that is more than white space. */
export const SOMETHING = "\\S";

/** Not every engine of regular expressions can be told to take no notice of the case. */
function anyCase(word: string): string {
  return word.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);
}
