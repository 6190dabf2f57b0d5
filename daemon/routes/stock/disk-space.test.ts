import { expect, test } from "vitest";
import { checkSpace, type FileSystem } from "./disk-space.ts";

const GIB = 1024 ** 3;

/** File systems by path, as they would be looked up. */
function disks(found: Readonly<Record<string, FileSystem>>) {
  return async (path: string) => found[path] ?? null;
}

test("what is written to one file system counts together, and 2 GiB stay free", async () => {
  const look = disks({
    "/data": { device: 1, availableBytes: 5 * GIB },
    "/docker": { device: 1, availableBytes: 5 * GIB },
  });
  const demands = (gib: number) => [
    { path: "/data", bytes: GIB },
    { path: "/docker", bytes: gib * GIB },
  ];
  expect(await checkSpace(demands(2), look)).toEqual({
    ok: true,
    path: "/data",
    requiredBytes: 5 * GIB,
    availableBytes: 5 * GIB,
  });
  expect(await checkSpace(demands(2.5), look)).toMatchObject({
    ok: false,
    requiredBytes: 5.5 * GIB,
  });
});

test("the file system that lacks most is named", async () => {
  const look = disks({
    "/data": { device: 1, availableBytes: 100 * GIB },
    "/docker": { device: 2, availableBytes: 3 * GIB },
  });
  const demands = [
    { path: "/data", bytes: GIB },
    { path: "/docker", bytes: 2 * GIB },
  ];
  expect(await checkSpace(demands, look)).toEqual({
    ok: false,
    path: "/docker",
    requiredBytes: 4 * GIB,
    availableBytes: 3 * GIB,
  });
});

test("an engine on another machine is not measured here", async () => {
  const look = disks({ "/data": { device: 1, availableBytes: 100 * GIB } });
  const demands = [
    { path: "/data", bytes: GIB },
    { path: "/docker", bytes: 500 * GIB },
  ];
  expect(await checkSpace(demands, look)).toMatchObject({ ok: true, path: "/data" });
});
