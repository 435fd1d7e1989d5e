import type { Frame } from '../../model/profile.js';

/** `Lio/netty/Channel;::read`, `Lio/netty/Channel;.read` (perf map agents, old and new); with `:` where a tool could not bear the `;`. */
const ofPerfMap = /^L([\w/$]+)[;:](?:::|\.)(.+)$/;

/** `App.load(Ljava/lang/String;I)V`: the types only tell overloads apart. */
const withDescriptor = /^([^()\s]+)\((?:\[*(?:[BCDFIJSZ]|L[\w/$.+-]+(?:;|(?=[[)]))))*\)\[*(?:[BCDFIJSZV]|L[\w/$.+-]+;?)$/;

/** `int java.lang.String.hashCode()`: `jcmd PID Compiler.perfmap` of JDK 17 and later. */
const external = /^(?:[\w.$<>[\]]+ )?((?:[a-z_][\w$]*\.)+[A-Z][\w$]*(?:\.[\w$]+)*\.[\w$<>]+)\([\w.$<>[\], ]*\)$/;

/** The class and method of a JVM's frame without types; null for anything else. */
export function javaFrame(written: string): Frame | null {
  const agent = ofPerfMap.exec(written);
  if (agent !== null) return plain(`${agent[1] ?? ''}.${withoutTypes(agent[2] ?? '')}`);
  const typed = withDescriptor.exec(written) ?? external.exec(written);
  return typed === null ? null : plain(typed[1] ?? '');
}

function withoutTypes(method: string): string {
  return withDescriptor.exec(method)?.[1] ?? method;
}

function plain(name: string): Frame {
  return { name, module: '', line: null };
}

/**
 * Where the frame that begins at `start` ends: at the next `;` that separates frames. Java descriptors and class names of perf maps hold more of them.
 * Worked example: `a;App.load(Ljava/lang/String;I)Ljava/lang/String;;b` is `a`, `App.load(…)Ljava/lang/String;` and `b`.
 */
export function endOfFrame(stack: string, start: number): number {
  let end = stack.indexOf(';', start);
  while (end !== -1) {
    const isPart = belongsToName(stack.slice(start, end), stack.charAt(end + 1), stack.charAt(end + 2));
    if (isPart === 'no') return end;
    if (isPart === 'last') return end + 1;
    end = stack.indexOf(';', end + 1);
  }
  return stack.length;
}

/** A descriptor is not longer; what is, is read as frames. */
const maxDescriptor = 2000;

function belongsToName(before: string, next: string, afterNext: string): 'no' | 'inside' | 'last' {
  if (before.length > maxDescriptor) return 'no';
  // `(Ljava/lang/String` is still open.
  if (/\((?:\[*(?:[BCDFIJSZ]|L[\w/$.+-]+;))*\[*L[\w/$.+-]+$/.test(before)) return 'inside';
  if (/\)\[*L[\w/$.+-]+$/.test(before) && (next === '' || next === ';')) return 'last';
  if (/^L[\w/$]+$/.test(before) && (next === '.' || (next === ':' && afterNext === ':'))) return 'inside';
  return 'no';
}
