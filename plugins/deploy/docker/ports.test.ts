import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { listeningPorts, openPorts, parseListening } from "./ports.ts";

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid
   0: 0B00007F:9C41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
   1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
   2: 00000000000000000000000001000000:1F91 00000000000000000000000000000000:0000 0A 0
   3: 00000000000000000000000000000000:0BB8 00000000000000000000000000000000:0000 0A 0
   4: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
   5: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0`;

test("listening ports are read from the kernel's table, Docker's name server left out", () => {
  expect(parseListening(TABLE)).toEqual([
    { port: 3000, loopbackOnly: false },
    { port: 8080, loopbackOnly: true },
    { port: 8081, loopbackOnly: true },
  ]);
});

test("a process's own ports are found, and none for a process that is not the container's", async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
  });
  const hostname = readFileSync("/etc/hostname", "utf8").trim();
  expect(await listeningPorts(process.pid, hostname)).toContainEqual({ port, loopbackOnly: true });
  expect(await listeningPorts(process.pid, "0fb57f59c139")).toBeNull();
  server.close();
});

test("knocking finds nothing where nobody listens", async () => {
  expect(await openPorts("127.255.255.254")).toBeNull();
});
