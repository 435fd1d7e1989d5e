import { parse, type Program } from 'acorn';
import { simple } from 'acorn-walk';
import { z } from 'zod';
import type { V8Profile } from '../../../core/profile/formats/v8/v8-profile.js';
import type { FunctionExtent } from '../../../core/profile/inlined/choose-functions.js';
import type { ExtentLookup } from '../../../core/profile/inlined/place-inlined.js';
import { isFile, readSourceText } from './source-text.js';

/** A larger file is a bundle, which takes a second to parse. */
const maxFileBytes = 2_000_000;
const maxFiles = 300;

/** One function of a file. Positions count from the beginning of the text. */
interface ParsedFunction extends FunctionExtent {
  start: number;
  bodyStart: number;
}

interface ParsedFile {
  /** Where each line begins. */
  lineStarts: number[];
  /** In the order of their beginnings. */
  functions: ParsedFunction[];
}

/**
 * Where the functions of a profile begin and end, by the files of the process, and by Node's own modules where the process runs the same version of Node as
 * this one. What cannot be read or parsed tells nothing.
 */
export async function readExtents(profile: V8Profile, pid: number | null, nodeVersion: unknown): Promise<ExtentLookup> {
  const files = nodeVersion === process.version ? parseNodeModules(profile) : new Map<string, ParsedFile>();
  const urls = new Set(profile.nodes.map(({ callFrame }) => callFrame.url).filter(isFile));
  for (const url of [...urls].slice(0, maxFiles)) {
    const text = await readSourceText(url, pid, maxFileBytes);
    const file = text === null ? null : parseFile(text);
    if (file !== null) files.set(url, file);
  }
  return ({ url, lineNumber, columnNumber }) => {
    const file = files.get(url);
    const lineStart = file?.lineStarts[lineNumber];
    if (file === undefined || lineStart === undefined || columnNumber < 0) return null;
    return functionAt(file, lineStart + columnNumber);
  };
}

const nativesSchema = z.record(z.string(), z.unknown());

/** Node keeps the text of its own modules by their names, where V8 names them `node:NAME`. */
function parseNodeModules(profile: V8Profile): Map<string, ParsedFile> {
  const files = new Map<string, ParsedFile>();
  const binding: unknown = Reflect.get(process, 'binding');
  const natives = nativesSchema.safeParse(typeof binding === 'function' ? Reflect.apply(binding, process, ['natives']) : {});
  for (const url of new Set(profile.nodes.map(({ callFrame }) => callFrame.url))) {
    const text = url.startsWith('node:') ? natives.data?.[url.slice('node:'.length)] : undefined;
    const file = typeof text === 'string' ? parseFile(text) : null;
    if (file !== null) files.set(url, file);
  }
  return files;
}

/** V8 gives the place where the parameters begin, which is not before the function and not behind its body's beginning. */
function functionAt({ functions }: ParsedFile, position: number): FunctionExtent | null {
  return functions.findLast(({ start, bodyStart }) => start <= position && position <= bodyStart) ?? null;
}

function parseFile(text: string): ParsedFile | null {
  const codeLines = new Set<number>();
  const program = parseProgram(text, codeLines);
  if (program === null) return null;
  const functions: ParsedFunction[] = [];
  simple(program, {
    Function: ({ start, body, loc }) => {
      if (loc == null) return;
      const holdsCode = (line: number): boolean => codeLines.has(line);
      functions.push({ start, bodyStart: body.start, startLine: loc.start.line, endLine: loc.end.line, holdsCode });
    },
  });
  return { lineStarts: lineStartsOf(text), functions: functions.sort((a, b) => a.start - b.start) };
}

/** Null for what is no JavaScript that the parser knows (TypeScript, for one). */
function parseProgram(text: string, codeLines: Set<number>): Program | null {
  for (const sourceType of ['module', 'commonjs'] as const) {
    try {
      return parse(text, {
        ecmaVersion: 'latest',
        sourceType,
        locations: true,
        onToken: ({ loc }) => {
          if (loc != null) codeLines.add(loc.start.line);
        },
      });
    } catch {
      codeLines.clear();
    }
  }
  return null;
}

/** V8 counts LF, CRLF and CR as the end of a line, as the language does. */
function lineStartsOf(text: string): number[] {
  return [0, ...Array.from(text.matchAll(/\r\n|[\n\r\u2028\u2029]/g), (end) => end.index + end[0].length)];
}
