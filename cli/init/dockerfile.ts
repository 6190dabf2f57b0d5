/**
 * The ports a Dockerfile exposes: as much of its grammar as that takes.
 *
 * @module
 */

/** What a stage leaves to a stage that is built on it. */
interface Stage {
  readonly ports: readonly number[];
  readonly variables: ReadonlyMap<string, string>;
}

interface Instruction {
  readonly keyword: string;
  readonly rest: string;
}

/**
 * TCP ports that the image of `dockerfile` exposes, in the order in which they are written:
 * those of its last stage and of the stages that one is built on. What base images from
 * elsewhere expose is not known here.
 */
export function exposedPorts(dockerfile: string): number[] {
  const stages = new Map<string, Stage>();
  const global = new Map<string, string>();
  let ports: number[] = [];
  let variables = global;
  let name: string | null = null;
  for (const { keyword, rest } of instructions(dockerfile)) {
    const said = (text: string) => substitute(text, variables);
    if (keyword === "FROM") {
      if (name !== null) stages.set(name, { ports, variables });
      const [from = "", as = "", alias = ""] = words(rest).filter((word) => !word.startsWith("--"));
      const base = stages.get(substitute(from, global).toLowerCase());
      name = /^as$/i.test(as) ? alias.toLowerCase() : "";
      ports = [...(base?.ports ?? [])];
      variables = new Map(base?.variables ?? []);
    } else if (keyword === "ARG") {
      for (const [key, value = global.get(key)] of words(rest).map(pair)) {
        // A variable of ENV wins over an argument of the same name.
        if (value !== undefined && !variables.has(key)) variables.set(key, said(value));
      }
    } else if (keyword === "ENV") {
      const [first = "", ...value] = words(rest);
      const entries = first.includes("=") ? words(rest).map(pair) : [[first, value.join(" ")]];
      for (const [key = "", text = ""] of entries) variables.set(key, said(text));
    } else if (keyword === "EXPOSE" && name !== null) {
      ports.push(...words(said(rest)).flatMap(portOf));
    }
  }
  return [...new Set(ports)];
}

/** `8080`, `8080/tcp` or the first of `3000-3005`. */
function portOf(word: string): number[] {
  const [, digits] = /^(\d{1,5})(?:-\d{1,5})?(?:\/tcp)?$/i.exec(word) ?? [];
  const port = Number(digits);
  return port >= 1 && port <= 65535 ? [port] : [];
}

/** Instructions without comments, each on one line, here-documents left out. */
function* instructions(dockerfile: string): Generator<Instruction> {
  const lines = dockerfile.replace(/^\ufeff/, "").split(/\r?\n/);
  const directive = /^\s*#\s*escape\s*=\s*([\\`])\s*$/i.exec(lines[0] ?? "");
  const continuation = directive?.[1] ?? "\\";
  for (let row = 0, logical = ""; row < lines.length; row++) {
    const line = lines[row] ?? "";
    if (/^\s*(?:#|$)/.test(line)) continue;
    const whole = logical + line.trimEnd();
    if (whole.endsWith(continuation)) {
      logical = whole.slice(0, -1);
      continue;
    }
    logical = "";
    const [, keyword = "", rest = ""] = /^\s*([a-z]+)\s+(.*)$/is.exec(whole) ?? [];
    yield { keyword: keyword.toUpperCase(), rest };
    if (!/^(?:RUN|COPY|ADD)$/i.test(keyword)) continue;
    for (const [, tabs, end] of rest.matchAll(/<<(-?)["']?([A-Za-z_]\w*)/g)) {
      const isEnd = (body: string) => (tabs ? body.replace(/^\t+/, "") : body) === end;
      while (++row < lines.length && !isEnd(lines[row] ?? ""));
    }
  }
}

/** Words, with quotation marks taken off. */
function words(text: string): string[] {
  return (text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []).map((word) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"),
  );
}

function pair(word: string): [string, string?] {
  const equals = word.indexOf("=");
  return equals === -1 ? [word] : [word.slice(0, equals), word.slice(equals + 1)];
}

/** `$NAME`, `${NAME}`, `${NAME:-otherwise}` and `${NAME:+instead}`. */
function substitute(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})/g,
    (_, plain?: string, braced?: string, operator?: string, word = "") => {
      const value = variables.get(plain ?? braced ?? "") ?? "";
      if (operator === "-") return value || word;
      return operator === "+" ? value && word : value;
    },
  );
}
