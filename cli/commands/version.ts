/**
 * `haloy version`.
 *
 * @module
 */

import { VERSION } from "../../core/version.ts";
import { currentRuntime } from "../../runtime/name.ts";
import { stdout } from "../output.ts";
import { printJson } from "../session.ts";

/** Print the version. */
export function version(flags: { readonly json?: true | undefined }): void {
  const runtime = currentRuntime();
  if (flags.json) printJson({ haloy: VERSION, runtime });
  else stdout.line(`haloy ${VERSION} (${runtime.name} ${runtime.version})`);
}
