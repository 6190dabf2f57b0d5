import { expect, test } from "vitest";
import { exposedPorts } from "./dockerfile.ts";

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: it is a Dockerfile's variable

test.each<[string, string, number[]]>([
  ["one port", "FROM node\nEXPOSE 3000\n", [3000]],
  ["lower case, a protocol, an indentation", "from node\n  expose 3000/tcp", [3000]],
  [
    "several, in their order, each once",
    "FROM a\nEXPOSE 9090 80\nEXPOSE 80/tcp 443",
    [9090, 80, 443],
  ],
  ["no UDP", "FROM a\nEXPOSE 53/udp 8080", [8080]],
  ["the first of a range", "FROM a\nEXPOSE 3000-3005", [3000]],
  ["none that is no port", "FROM a\nEXPOSE 0 70000 http -1", []],
  ["none without an EXPOSE", "FROM nginx\nCOPY . /www", []],
  ["none in an empty file", "", []],
  ["the last stage's", "FROM a AS build\nEXPOSE 1\nFROM b\nEXPOSE 2", [2]],
  [
    "not those of a stage that is only copied from",
    "FROM a AS x\nEXPOSE 1\nFROM b\nCOPY --from=x / /",
    [],
  ],
  ["those of a stage it is built on", "FROM a AS Base\nEXPOSE 1\nFROM base\nEXPOSE 2", [1, 2]],
  ["a platform before the image", "FROM --platform=$X a AS b\nEXPOSE 1\nFROM --platform=y b", [1]],
  ["a variable", "FROM a\nENV PORT=3000\nEXPOSE $PORT", [3000]],
  ["a variable of the old form, in braces", "FROM a\nENV PORT 3000\nEXPOSE ${PORT}/tcp", [3000]],
  ["a default", "FROM a\nEXPOSE ${PORT:-3000} ${X:+1}", [3000]],
  ["an argument", 'FROM a\nARG PORT="3000"\nEXPOSE $PORT', [3000]],
  ["a global argument that the stage takes", "ARG P=3000\nFROM a\nARG P\nEXPOSE $P", [3000]],
  ["not one that it does not take", "ARG P=3000\nFROM a\nEXPOSE $P", []],
  ["ENV before ARG", "FROM a\nENV P=1\nARG P=2\nEXPOSE $P", [1]],
  ["a base stage named by an argument", "ARG B=one\nFROM a AS one\nEXPOSE 1\nFROM $B", [1]],
  ["an instruction of several lines", "FROM a\nEXPOSE 1 \\\n# why\n\n  2", [1, 2]],
  ["Windows line ends", "FROM a\r\nEXPOSE 1 \\\r\n 2\r\n", [1, 2]],
  ["another escape character", "# escape=`\nFROM a\nEXPOSE 1 `\n 2", [1, 2]],
  ["no comment", "FROM a\n# EXPOSE 1\nEXPOSE 2", [2]],
  ["no here-document", "FROM a\nRUN <<EOF cat <<-'B'\nEXPOSE 1\nEOF\nEXPOSE 2\n\tB\nEXPOSE 3", [3]],
])("ports of a Dockerfile: %s", (_title, text, ports) => {
  expect(exposedPorts(text)).toEqual(ports);
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: it is a Dockerfile's variable
