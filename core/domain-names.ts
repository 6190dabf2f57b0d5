/**
 * Host names for people. Inside, and in all that programs read, they are ASCII (punycode).
 *
 * @module
 */

import { domainToASCII, domainToUnicode } from "node:url";

/** A label of an internationalised name, with the labels around it. */
const ENCODED = /[a-z0-9*.-]*xn--[a-z0-9.-]*/g;

/** The host names in `text` as people write them: `xn--bcher-kva.example` is `bücher.example`. */
export function writtenDomains(text: string): string {
  return text.replace(ENCODED, (ascii) => {
    const written = domainToUnicode(ascii);
    // The runtimes disagree about what is no encoding: it stays as it is.
    return domainToASCII(written) === ascii ? written : ascii;
  });
}
