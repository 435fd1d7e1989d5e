import type { V8Node, V8Profile } from './formats/v8/v8-profile.js';
import type { HotLine } from './source-hints.js';

/** Where a compiled position was written. Lines are 1-based. */
export interface SourcePosition {
  module: string;
  line: number;
}

/** What is known of the sources behind the files that a process runs; null where a file is its own source. */
export interface SourceLookup {
  /** `line` and `column` (0-based, as V8 counts) of the function's parameters; `name` as compiled. */
  functionAt(module: string, line: number, column: number, name: string): (SourcePosition & { name: string }) | null;
  /** `line` is 1-based. */
  lineAt(module: string, line: number): SourcePosition | null;
}

/**
 * The profile in the words of the people who wrote the service: a bundle is one file of one-letter names, in which neither a package nor the place
 * to mend can be told. Frames without a known source stay as they are.
 */
export function toSources(
  profile: V8Profile,
  hotLines: readonly HotLine[],
  lookup: SourceLookup,
): { profile: V8Profile; hotLines: HotLine[] } {
  const nodes = profile.nodes.map((node) => nodeToSource(node, lookup));
  const written = new Map(profile.nodes.map(({ callFrame: { url, functionName } }, index) => [`${url} ${functionName}`, nodes[index]]));
  const lines = hotLines.map((hot) => {
    const source = hot.functionName === undefined ? lookup.lineAt(hot.module, hot.line) : null;
    if (source !== null) return { ...hot, ...source };
    const packed = hot.functionName === undefined ? undefined : written.get(`${hot.module} ${hot.functionName}`)?.callFrame;
    // The text of a function on a packed line goes with its function.
    return packed === undefined || packed.url === hot.module
      ? hot
      : { ...hot, module: packed.url, line: packed.lineNumber + 1, functionName: packed.functionName };
  });
  return { profile: { ...profile, nodes }, hotLines: lines };
}

function nodeToSource(node: V8Node, lookup: SourceLookup): V8Node {
  const { url, lineNumber, columnNumber, functionName } = node.callFrame;
  const source = lookup.functionAt(url, lineNumber, columnNumber, functionName);
  if (source === null) return node;
  const ticks = (node.positionTicks ?? []).flatMap((tick) => {
    // On a packed line only the function is known.
    const line = lookup.lineAt(url, tick.line) ?? source;
    // Code of another module that was compiled into this function has its lines there.
    return line.module === source.module ? [{ line: line.line, ticks: tick.ticks }] : [];
  });
  return {
    ...node,
    callFrame: { functionName: source.name, url: source.module, lineNumber: source.line - 1, columnNumber: -1 },
    ...(node.positionTicks === undefined ? {} : { positionTicks: ticks }),
  };
}
