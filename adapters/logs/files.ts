import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readLogLine } from '../../core/command/logs/log-line.js';
import { EvidenceUnavailableError } from '../../core/model/errors.js';
import { streamBytes, type LogOrder, type LogSource, type LogStream } from './log-source.js';

/** A rotated log that was written to after the window began may hold its beginning. */
const mostFiles = 50;

function unavailable(why: string, remedy: string, cause?: unknown): EvidenceUnavailableError {
  return new EvidenceUnavailableError({ id: 'log-file', what: 'the log', why, remedy }, { cause });
}

/** `*` stands for any characters of the file's name; folders are named as they are. */
function namePattern(pattern: string): RegExp {
  const parts = basename(pattern)
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`);
}

async function filesOf(pattern: string): Promise<string[]> {
  const folder = dirname(pattern);
  if (folder.includes('*')) throw unavailable(`${pattern} has a * in a folder`, 'Name the folder, and use * in the name of the file only.');
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    throw unavailable(`the folder ${folder} cannot be read`, 'Check the path, or run this as a user who may read it.', error);
  }
  const wanted = namePattern(pattern);
  const files = names.filter((name) => wanted.test(name)).map((name) => resolve(folder, name));
  if (files.length === 0) throw unavailable(`no file is called ${pattern}`, 'Check logs in the catalog: where does the service write?');
  return files;
}

interface Tail {
  text: string;
  isWhole: boolean;
}

async function tailOf(path: string): Promise<Tail> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - streamBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    const bytes = buffer.subarray(0, bytesRead);
    if (path.endsWith('.gz') && start === 0)
      return { text: gunzipSync(bytes, { maxOutputLength: 4 * streamBytes }).toString('utf8'), isWhole: true };
    const text = bytes.toString('utf8');
    // What is cut in its middle is no line.
    return { text: start === 0 ? text : text.slice(text.indexOf('\n') + 1), isWhole: start === 0 };
  } finally {
    await handle.close();
  }
}

/** Lines since the first that is not before the window. Without a time on a line, it belongs to the one above. */
function since(lines: readonly string[], fromMs: number): string[] {
  const first = lines.findIndex((line) => {
    const { atMs } = readLogLine(line);
    return atMs !== null && atMs >= fromMs;
  });
  if (first >= 0) return lines.slice(first);
  return lines.some((line) => readLogLine(line).atMs !== null) ? [] : [...lines];
}

async function readFileLog(path: string, { fromMs }: LogOrder): Promise<LogStream> {
  let tail: Tail;
  try {
    tail = await tailOf(path);
  } catch (error) {
    throw unavailable(
      `${path} cannot be read (${error instanceof Error ? error.message : String(error)})`,
      'Run this as a user who may read it.',
      error,
    );
  }
  const all = tail.text.split('\n');
  const firstAtMs = tail.isWhole
    ? null
    : (all
        .slice(0, 100)
        .map((line) => readLogLine(line).atMs)
        .find((atMs) => atMs !== null) ?? null);
  return { name: path, lines: since(all, fromMs), completeFromMs: firstAtMs !== null && firstAtMs > fromMs ? firstAtMs : null };
}

async function read(pattern: string, order: LogOrder): Promise<LogStream[]> {
  const paths = await filesOf(pattern);
  const written = await Promise.all(paths.map(async (path) => ({ path, file: await stat(path) })));
  const recent = written.filter(({ file }) => file.isFile() && file.mtimeMs >= order.fromMs).slice(0, mostFiles);
  return await Promise.all(recent.map(async ({ path }) => await readFileLog(path, order)));
}

export const files: LogSource<'file'> = {
  kind: 'file',
  title: 'files, with * for several',
  open: ({ file }) => (file === undefined ? null : { name: file, read: (order) => read(resolve(order.directory, file), order) }),
};
