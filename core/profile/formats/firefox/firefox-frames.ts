import type { Frame } from '../../../model/profile.js';
import { parsePerfFrame } from '../perf/perf-frame.js';

/** One function as the tables of a processed profile tell it; empty text where they do not. */
export interface WrittenFunction {
  name: string;
  /** Source file: of a script, or of native code whose names the browser filled in. */
  file: string;
  /** Library or site the function belongs to. */
  resource: string;
  line: number | null;
}

/**
 * Name, module and line of a function. samply leaves native names to the browser, so an address is no name; libraries and the kernel stand for their
 * code as in perf's text; Vernier shortens the paths of gems and of Ruby's own library.
 */
export function firefoxFrame({ name, file, resource, line }: WrittenFunction): Frame {
  const isAddress = /^0x[0-9a-f]+$/.test(name);
  if (file === '' || isSharedLibrary(resource)) {
    const frame = parsePerfFrame(isAddress && resource !== '' ? '' : name, `(${resource})`);
    return { ...frame, line: frame.line ?? (isAddress ? null : line) };
  }
  if (file === '<cfunc>') return { name, module: '(c function)', line: null };
  return { name, module: rubyPath(file), line: isAddress ? null : line };
}

/** Code of a library is known by it; the path of its source is that of the machine that built it. */
function isSharedLibrary(resource: string): boolean {
  return /\.(?:so[\d.]*|dylib|dll)$|^\[kernel/.test(resource);
}

/** `gem:rack-3.0.8:lib/rack/head.rb`, `rubylib:3.3.0:net/http.rb`: as Ruby wrote them before. https://github.com/jhawthorn/vernier/blob/main/lib/vernier/output/firefox.rb */
function rubyPath(file: string): string {
  const gem = /^gem:([^:]+):(.*)$/s.exec(file);
  if (gem !== null) return `/gems/${gem[1] ?? ''}/${gem[2] ?? ''}`;
  const library = /^rubylib:([^:]+):(.*)$/s.exec(file);
  return library === null ? file : `/lib/ruby/${library[1] ?? ''}/${library[2] ?? ''}`;
}
