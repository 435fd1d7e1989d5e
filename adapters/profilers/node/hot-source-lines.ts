import type { V8Profile } from '../../../core/profile/formats/v8/v8-profile.js';
import { regexNames } from '../../../core/profile/regex-calls.js';
import { functionEnd, functionText, maxLineLength, type HotLine } from '../../../core/profile/source-hints.js';
import { isFile, readSourceText } from './source-text.js';

const maxFileBytes = 5_000_000;
const maxLines = 300;

/**
 * Texts of the source lines on which most samples of a V8 profile fell, read from the files of the process (through its own root, for
 * containers); of a packed line the text of each function on it. Files that cannot be read and lines outside of their function (inlined code of another file) are left out.
 */
export async function readHotLines(profile: V8Profile, pid: number | null): Promise<HotLine[]> {
  const files = new Map<string, Promise<Source | null>>();
  const found = new Map<string, HotLine>();
  for (const { module, functionName, startLine, column, line } of hottest(profile)) {
    const source = await (files.get(module) ?? remember(files, module, readSource(module, pid)));
    if (source === null) continue;
    const { lines, regexNames } = source;
    const text = lines[line - 1];
    if (text !== undefined && text.length > maxLineLength) {
      const body = line === startLine && column >= 0 ? functionText(text, column) : null;
      if (body !== null) found.set(`${module}:${line}:${functionName}`, { module, line, text: body, functionName, regexNames });
      continue;
    }
    if (text === undefined || line < startLine || line > functionEnd(lines, startLine)) continue;
    found.set(`${module}:${line}`, { module, line, text: text.slice(0, 500), regexNames });
  }
  return [...found.values()];
}

function remember<K, V>(map: Map<K, V>, key: K, value: V): V {
  map.set(key, value);
  return value;
}

interface Source {
  lines: string[];
  regexNames: ReadonlySet<string>;
}

interface HotPlace {
  module: string;
  functionName: string;
  startLine: number;
  column: number;
  line: number;
  ticks: number;
}

function hottest(profile: V8Profile): HotPlace[] {
  return profile.nodes
    .filter((node) => isFile(node.callFrame.url) && node.callFrame.lineNumber >= 0)
    .flatMap((node) =>
      (node.positionTicks ?? []).map((tick) => ({
        module: node.callFrame.url,
        functionName: node.callFrame.functionName,
        startLine: node.callFrame.lineNumber + 1,
        column: node.callFrame.columnNumber,
        ...tick,
      })),
    )
    .sort((a, b) => b.ticks - a.ticks)
    .slice(0, maxLines);
}

async function readSource(module: string, pid: number | null): Promise<Source | null> {
  const lines = (await readSourceText(module, pid, maxFileBytes))?.split('\n');
  return lines === undefined ? null : { lines, regexNames: regexNames(lines) };
}
