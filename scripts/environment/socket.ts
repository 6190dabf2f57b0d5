/**
 * Questions to an engine over its Unix socket.
 *
 * @module
 */
import { type IncomingMessage, request } from "node:http";

/** What `GET /info` and `GET /version` say, as far as we ask. */
export interface EngineFacts {
  readonly version: string;
  readonly driver: string;
  readonly store: "graph" | "containerd";
  readonly dataRoot: string;
}

/** Open `GET path` and answer the response, whose body is still to be read. */
export function openGet(socketPath: string, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path, agent: false }, resolve).once("error", reject).end();
  });
}

/** Whether an engine answers at the socket. */
export async function answers(socketPath: string): Promise<boolean> {
  try {
    const response = await openGet(socketPath, "/_ping");
    response.resume();
    return response.statusCode === 200;
  } catch {
    return false;
  }
}

/** Read which engine this is and how it stores images. */
export async function readFacts(socketPath: string): Promise<EngineFacts> {
  const info = (await getJson(socketPath, "/info")) as Info;
  const status = info.DriverStatus ?? [];
  const isContainerd = status.some(([, value]) => value === "io.containerd.snapshotter.v1");
  return {
    version: info.ServerVersion,
    driver: info.Driver,
    store: isContainerd ? "containerd" : "graph",
    dataRoot: info.DockerRootDir,
  };
}

interface Info {
  readonly ServerVersion: string;
  readonly Driver: string;
  readonly DriverStatus?: readonly (readonly [string, string])[];
  readonly DockerRootDir: string;
}

async function getJson(socketPath: string, path: string): Promise<unknown> {
  const response = await openGet(socketPath, path);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  if (response.statusCode !== 200) throw new Error(`Cannot read ${path}: ${text.trim()}`);
  return JSON.parse(text);
}
