import { UnreadableInputError } from '../../../model/errors.js';

/** What lies at an address: JavaScript, a built-in of V8, or a library of the process. */
export interface Code {
  type: string;
  name: string;
}

interface Entry {
  start: number;
  end: number;
  code: Code;
}

/** Which code is where, while it is compiled, moved and thrown away. */
export interface CodeMap {
  add(start: number, size: number, code: Code): void;
  addLibrary(start: number, end: number, path: string): void;
  move(from: number, to: number): void;
  remove(start: number): void;
  find(address: number): Code | null;
}

const pageBytes = 4096;
/** The smallest code objects take 64 bytes. */
const maxPerPage = 64;
/** 4 GB: V8 keeps the code of an isolate in a range of at most 512 MB. */
const maxPages = 1_000_000;
/** A line of a log may touch so many pages in the mean, which is code of 256 kB; a broken size would take the time of a million lines, each time it is moved. */
const maxPagesALine = 64;
const maxLibraries = 10_000;

/** Code is filed under every page that it touches, so that a lookup looks at one page; newer code replaces what it overlaps. */
export function createCodeMap(): CodeMap {
  const pages = new Map<number, Entry[]>();
  const byStart = new Map<number, Entry>();
  const libraries: Entry[] = [];
  let filed = 0;
  let touched = 0;
  let lines = 0;

  const refuse = (): never => {
    throw new UnreadableInputError(
      'v8 log: expected compiled code of at most 4 GB, got more. Is it the log of one process, and is no line broken?',
    );
  };
  const eachPage = (entry: Entry, visit: (page: number) => void): void => {
    touched += Math.ceil((entry.end - entry.start) / pageBytes) + 1;
    if (touched > maxPages + maxPagesALine * lines) refuse();
    for (let page = Math.floor(entry.start / pageBytes); page * pageBytes < entry.end; page++) visit(page);
  };
  const drop = (entry: Entry): void => {
    byStart.delete(entry.start);
    eachPage(entry, (page) => {
      const left = (pages.get(page) ?? []).filter((other) => other !== entry);
      if (left.length === 0) pages.delete(page);
      else pages.set(page, left);
      filed--;
    });
  };
  const add = (start: number, size: number, code: Code): void => {
    const entry = { start, end: start + Math.max(1, size), code };
    // No process has code there, and beyond it pages cannot be counted one by one.
    if (!(start >= 0 && entry.end <= Number.MAX_SAFE_INTEGER))
      throw new UnreadableInputError(`v8 log: expected an address of code below 2^53, got ${start}. Is a line of the file broken?`);
    const overlapped = new Set<Entry>();
    lines++;
    filed += Math.ceil(size / pageBytes) + 1;
    if (filed > maxPages) refuse();
    eachPage(entry, (page) => {
      for (const other of pages.get(page) ?? []) if (other.start < entry.end && other.end > entry.start) overlapped.add(other);
    });
    for (const other of overlapped) drop(other);
    byStart.set(start, entry);
    eachPage(entry, (page) => pages.set(page, [...(pages.get(page) ?? []).slice(-maxPerPage), entry]));
  };
  const within = (entries: readonly Entry[], address: number): Code | null =>
    entries.find((entry) => address >= entry.start && address < entry.end)?.code ?? null;

  return {
    add,
    addLibrary(start, end, path) {
      if (libraries.length < maxLibraries) libraries.unshift({ start, end, code: { type: 'library', name: path } });
    },
    move(from, to) {
      const entry = byStart.get(from);
      if (entry === undefined) return;
      drop(entry);
      add(to, entry.end - entry.start, entry.code);
    },
    remove(start) {
      const entry = byStart.get(start);
      if (entry !== undefined) drop(entry);
    },
    find: (address) => within(pages.get(Math.floor(address / pageBytes)) ?? [], address) ?? within(libraries, address),
  };
}
