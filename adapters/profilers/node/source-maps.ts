import { SourceMap } from 'node:module';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { packageOf } from '../../../core/profile/categories/node.js';
import type { V8Profile } from '../../../core/profile/formats/v8/v8-profile.js';
import type { SourceLookup, SourcePosition } from '../../../core/profile/source-positions.js';
import { isFile, readSourceText } from './source-text.js';

const maxFileBytes = 40_000_000;
const maxFiles = 300;
/** A longer line is minified: it holds code of many source lines. */
const maxLineLength = 400;

interface MappedFile {
  lines: string[];
  map: SourceMap;
  /** What the sources' names are relative to. */
  base: URL;
}

/** The files that a profile names. */
export function urlsOf(profile: V8Profile): Set<string> {
  return new Set(profile.nodes.map((node) => node.callFrame.url));
}

/**
 * Source maps of these files, from beside them or from inside them, through the root of the process (for containers). A map that is
 * missing, broken or too large leaves its file as it is: positions in compiled code are worse, but true.
 */
export async function readSourceMaps(urls: ReadonlySet<string>, pid: number | null): Promise<SourceLookup> {
  // Packages are known by their folder; their own maps would only hide it.
  const own = [...urls].filter((url) => isFile(url) && packageOf(url) === null).slice(0, maxFiles);
  const files = new Map<string, MappedFile>();
  for (const url of own) {
    const file = await readMapped(url, pid).catch(() => null);
    if (file !== null) files.set(url, file);
  }
  return {
    functionAt: (module, line, column, name) => functionAt(files.get(module), line, column, name),
    lineAt: (module, line) => lineAt(files.get(module), line),
  };
}

async function readMapped(url: string, pid: number | null): Promise<MappedFile | null> {
  const file = url.startsWith('file:') ? new URL(url) : pathToFileURL(url);
  const code = await readSourceText(file.href, pid, maxFileBytes);
  const reference = code === null ? null : referenceIn(code);
  if (code === null || reference === null) return null;
  const base = reference.startsWith('data:') ? file : new URL(reference, file);
  const text = reference.startsWith('data:') ? inlined(reference) : await readSourceText(base.href, pid, maxFileBytes);
  return text === null ? null : { lines: code.split('\n'), map: new SourceMap(mapSchema.parse(JSON.parse(text))), base };
}

const mapSchema = z.object({
  version: z.literal(3),
  file: z.string().default(''),
  sources: z.array(z.string()),
  sourcesContent: z
    .array(z.string().nullable())
    .optional()
    .transform(() => []),
  sourceRoot: z.string().default(''),
  names: z.array(z.string()).default([]),
  mappings: z.string(),
});

/** The last one counts; a string in the code may look like one. */
function referenceIn(code: string): string | null {
  const at = code.lastIndexOf('\n//# sourceMappingURL=');
  return at === -1 ? null : (/^\S+/.exec(code.slice(at + '\n//# sourceMappingURL='.length))?.[0] ?? null);
}

function inlined(reference: string): string | null {
  const encoded = /^data:application\/json;(?:charset=[\w-]+;)?base64,(.*)$/.exec(reference)?.[1];
  return encoded === undefined ? null : Buffer.from(encoded, 'base64').toString('utf8');
}

function functionAt(file: MappedFile | undefined, line: number, column: number, name: string): (SourcePosition & { name: string }) | null {
  const entry = file === undefined || line < 0 || column < 0 ? null : entryAt(file, line, column);
  if (file === undefined || entry === null) return null;
  // The name belongs to the function when the mapped word is the function's own, and not one that stands before it.
  const word = file.lines[entry.generatedLine]?.slice(entry.generatedColumn, entry.generatedColumn + name.length);
  const original = name !== '' && word === name && entry.name !== '' ? entry.name : name;
  return { ...positionOf(file, entry), name: original };
}

function lineAt(file: MappedFile | undefined, line: number): SourcePosition | null {
  const text = file?.lines[line - 1];
  if (file === undefined || text === undefined || text.length > maxLineLength) return null;
  const entry = entryAt(file, line - 1, text.length - text.trimStart().length);
  return entry === null ? null : positionOf(file, entry);
}

const entrySchema = z.object({
  generatedLine: z.number(),
  generatedColumn: z.number(),
  originalSource: z.string().min(1),
  originalLine: z.number(),
  name: z.string().default(''),
});
type Entry = z.infer<typeof entrySchema>;

/** Null where the map says nothing of this line: the nearest entry of an earlier one would be another function's. */
function entryAt({ map }: MappedFile, line: number, column: number): Entry | null {
  const entry = entrySchema.safeParse(map.findEntry(line, column));
  return entry.success && entry.data.generatedLine === line ? entry.data : null;
}

/** Bundlers write `webpack://name/./src/a.ts` for what is relative to the project: that stays as it is. */
function positionOf({ base }: MappedFile, { originalSource, originalLine }: Entry): SourcePosition {
  const module = URL.canParse(originalSource) ? originalSource : new URL(originalSource, base).href;
  return { module, line: originalLine + 1 };
}
