/**
 * What a new config says, section by section, in no format yet.
 *
 * @module
 */

import type { ConfigInput } from "../../core/config/types.ts";

/** One setting with the words above it. */
export interface Section {
  /** Lines of prose; each begins with a capital letter. */
  readonly comment: readonly string[];
  /** Keys as in TypeScript. */
  readonly setting: ConfigInput;
  /** Written as a comment: an example. */
  readonly example: boolean;
}

/** What is known of the app. */
export interface Draft {
  readonly name: string;
  /** Null: not known. */
  readonly server: string | null;
  /** Servers to choose from when {@link server} is not known. */
  readonly servers: readonly string[];
  /** In the config's directory. Null: there is none. */
  readonly dockerfile: string | null;
  /** Null: not known. */
  readonly port: number | null;
  /** Other ports that the Dockerfile exposes. */
  readonly otherPorts: readonly number[];
}

/** The most used settings: what is known as settings, everything else as examples. */
export function sections(draft: Draft): Section[] {
  return [
    setting(["The app's name. Its image and its containers are called so too."], {
      name: draft.name,
    }),
    serverSection(draft),
    imageSection(draft),
    portSection(draft),
    example(
      ["Host names that lead to the app. Without any it is a worker, which gets no requests."],
      { domains: [{ domain: "my-app.example.com", aliases: ["www.my-app.example.com"] }] },
    ),
    example(
      [
        "Environment of the containers: values, or where they come from.",
        "Variables are those of the shell, and of files called .env beside this one.",
      ],
      {
        env: [
          { name: "LOG_LEVEL", value: "info" },
          { name: "DATABASE_URL", from: { env: "DATABASE_URL" } },
        ],
      },
    ),
    example(
      ["A new version gets traffic when this path answers 2xx or 3xx, and for so many seconds."],
      { healthCheckPath: "/health", minReadySeconds: 5 },
    ),
    example(["Containers that share the work."], { replicas: 2 }),
  ];
}

const setting = (comment: readonly string[], setting: ConfigInput): Section => ({
  comment,
  setting,
  example: false,
});
const example = (comment: readonly string[], setting: ConfigInput): Section => ({
  comment,
  setting,
  example: true,
});

function serverSection({ server, servers }: Draft): Section {
  const what = "Host name of the server that runs haloyd.";
  if (server !== null) return setting([what], { server });
  return servers.length > 0
    ? example([what, `Yours are ${servers.join(", ")}.`], { server: servers[0] })
    : example([what, 'Without it: the only one that you have added with "haloy server add".'], {
        server: "haloy.example.com",
      });
}

const HISTORY = { strategy: "local", count: 6 } as const;
const KEPT = 'The history is what the server keeps for "haloy rollback".';

function imageSection({ dockerfile }: Draft): Section {
  if (dockerfile === null) {
    return setting(["The image to run: the server pulls it. Write yours here.", KEPT], {
      image: { repository: "nginx:alpine", history: HISTORY },
    });
  }
  const buildConfig = { context: ".", dockerfile, platform: "linux/amd64" };
  const image = { image: { buildConfig, history: HISTORY } };
  return dockerfile === "Dockerfile"
    ? example(["The image is built from the Dockerfile here and sent to the server.", KEPT], image)
    : setting(["The image is built here and sent to the server.", KEPT], image);
}

function portSection({ dockerfile, port, otherPorts }: Draft): Section {
  const what = "Port that the app listens on inside its container.";
  if (port !== null) {
    const others =
      otherPorts.length > 0 ? [`Others are exposed too: ${otherPorts.join(", ")}.`] : [];
    return setting([what, ...others], { port });
  }
  return dockerfile === null ? setting([what], { port: 80 }) : example([what], { port: 8080 });
}
