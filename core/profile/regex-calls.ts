/**
 * Which calls of a line of JavaScript run a regular expression. `test`, `match` and `exec` are also words of routers, schemas and databases, so the name
 * has to be that of a regular expression: by its declaration in the same file, or because it says so.
 */

const declared = /(?:^|[\s,{(;.#])([A-Za-z_$][\w$]*)\s*(?::\s*RegExp\s*)?(?:=|:)\s*(?:\/(?![/*])|new\s+RegExp\b|RegExp\s*\()/g;
/** `pattern`, `emailRegex`, `URL_RE`, `rx`. */
const telling = /^(?:\w*(?:[rR]eg[eE]xp?|REGEXP?|[pP]attern|PATTERN)\w*|re|rx|RE|RX|\w+_(?:re|rx|RE|RX)|\w*[a-z](?:Re|Rx))$/;
const receivers = /(?<![\w$])([A-Za-z_$][\w$]*)\s*(?:\[[^\][]*\]\s*)?\.\s*(?:test|exec)\s*\(/g;
const patterns = /\.\s*(?:match|matchAll|replace|replaceAll|search|split)\s*\(\s*(?:[\w$]+\s*\.\s*)*#?([A-Za-z_$][\w$]*)/g;

/** Names that the lines of one file declare as regular expressions, by a literal or a constructor. */
export function regexNames(lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => [...line.matchAll(declared)].flatMap(([, name]) => name ?? [])));
}

export function callsRegex(text: string, names: ReadonlySet<string>): boolean {
  return called(text).some((name) => names.has(name) || telling.test(name));
}

/** Packed code has short names for everything: there such a call may be one. */
export function mayCallRegex(text: string): boolean {
  return /\.\s*(?:test|exec|match|matchAll)\s*\(/.test(text);
}

function called(text: string): string[] {
  return [...text.matchAll(receivers), ...text.matchAll(patterns)].flatMap(([, name]) => name ?? []);
}
