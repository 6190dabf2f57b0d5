import { expect, test } from "vitest";
import type { DeploymentRecord } from "../../journal.ts";
import { refuseReleaseTag, withTag } from "./release-tag.ts";

/** A journal with the deployment `01abc` of `web`. */
const journal = {
  find: (id: string) => (id === "01abc" ? ({ app: "web" } as DeploymentRecord) : null),
};

test.each(["web:01abc", "docker.io/web:01abc", "docker.io/library/web:01abc", "library/web:01abc"])(
  "%s is a release's tag and cannot be taken over",
  (reference) => {
    expect(() => refuseReleaseTag(journal, reference)).toThrow("is kept for a release");
  },
);

test.each(["web:latest", "other:01abc", "ghcr.io/web:01abc", "web", "team/web:01abc"])(
  "%s is nobody's release",
  (reference) => {
    refuseReleaseTag(journal, reference);
  },
);

test("a reference without a tag gets the tag latest", () => {
  expect(withTag("host:5000/web")).toBe("host:5000/web:latest");
  expect(withTag("web:1")).toBe("web:1");
});
