/**
 * Suites that wait more than they work, run at the same time.
 *
 * @module
 */

import { describe } from "vitest";

/**
 * One suite per case, all of them side by side; the tests of one suite come one after the other.
 * What the tests of different cases use must be different: apps, images, registries, servers.
 */
export function sideBySide<Case>(
  cases: readonly Case[],
  title: string,
  tests: (one: Case) => void,
): void {
  describe.concurrent.each([...cases])(title, (one) => {
    describe("in turn", { concurrent: false }, () => tests(one));
  });
}
