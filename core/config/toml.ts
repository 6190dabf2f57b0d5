/**
 * TOML 1.1 to a tree with places, by the `toml-eslint-parser` package.
 *
 * @module
 */

import { type AST, ParseError, parseTOML } from "toml-eslint-parser";
import { type Statement, statementsOf } from "./toml-statements.ts";
import { maskBrokenToml, syntaxFinding } from "./toml-syntax.ts";
import { TomlTables } from "./toml-tables.ts";
import {
  type Finding,
  MAX_DEPTH,
  MAX_ERRORS,
  MAX_VALUES,
  type Parsed,
  type Range,
  tooDeep,
  tooMany,
} from "./tree.ts";

/** Read a text. Never throws: what is wrong is in `findings`. */
export function parseToml(text: string): Parsed {
  const tables = new TomlTables();
  const errors: Finding[] = [];
  let statements = 0;
  for (const statement of statementsOf(text, MAX_DEPTH)) {
    if (++statements > MAX_VALUES || statement.separators > MAX_VALUES) {
      errors.push(tooMany(beginningOf(text, statement)));
      break;
    }
    if (errors.length === MAX_ERRORS) break;
    const parsed = parseStatement(text, statement);
    if ("message" in parsed) errors.push(parsed);
    else if (errors.length === 0) tables.add(parsed, statement.start);
  }
  if (errors.length > 0) {
    return { tree: null, findings: errors, hidden: maskBrokenToml(text, errors) };
  }
  const tree = tables.finish();
  return { tree, findings: tables.findings, hidden: tables.hidden };
}

function parseStatement(text: string, statement: Statement): AST.TOMLTopLevelTable | Finding {
  const { start, end, deeper } = statement;
  if (deeper !== null) return tooDeep([], [deeper, deeper + 1]);
  try {
    return parseTOML(text.slice(start, end)).body[0];
  } catch (error) {
    if (error instanceof ParseError) return syntaxFinding(text, statement, error);
    // The library turns a text's characters into as many arguments, which exhaust the stack.
    if (!(error instanceof RangeError)) throw error;
    return {
      ...{ path: [], message: "has a text that is too long" },
      range: beginningOf(text, statement),
    };
  }
}

/** Where a statement's first line with anything in it begins. */
function beginningOf(text: string, { start, end }: Statement): Range {
  const at = start + Math.max(0, text.slice(start, end).search(/\S/));
  return [at, at + 1];
}
