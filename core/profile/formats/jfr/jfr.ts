// Java Flight Recorder, binary: recordings of the JDK (`jcmd PID JFR.start`) and of async-profiler (`-o jfr`). Read chunk by chunk.
import { UnreadableInputError } from '../../../model/errors.js';
import type { Frame } from '../../../model/profile.js';
import type { StackProfile } from '../../stack-profile.js';
import type { ProfileFormat, ReadOptions } from '../format.js';
import { chunkHeaderBytes, readChunk, readChunkHeader, type Chunk } from './chunk.js';
import {
  createGroupCollector,
  eventTypes,
  groupsOf,
  hasJavaFrame,
  isRunning,
  jfrFrame,
  stackNode,
  type GroupCollector,
  type GroupId,
  type JfrEvent,
} from './groups.js';
import { stackFrameFields, type JfrRecord, type JfrValue } from './values.js';

export const jfr: ProfileFormat = {
  id: 'jfr',
  expects: 'JFR recording (of the JDK or async-profiler)',
  tool: 'JDK 9 and later (tried with 17), async-profiler 2.9 to 4.5',
  command: '`jcmd PID JFR.start settings=profile duration=30s filename=x.jfr`, `asprof -o jfr -d 30 -f x.jfr PID`',
  exactness:
    'exact. CPU samples first; `--kind wall`, `alloc`, `lock`, `off-cpu` choose others, which are never added up. Threads of the virtual machine that sleep are idle',
  detect: ({ bytes }) => (bytes[0] === 0x46 && bytes[1] === 0x4c && bytes[2] === 0x52 && bytes[3] === 0 ? 'yes' : 'no'),
  read,
};

/** The JDK rotates chunks at 12 MB; async-profiler writes one, limited by `chunksize`. */
const maxChunkBytes = 256 * 1024 * 1024;

const wantedPools = new Set([
  'jdk.types.StackTrace',
  'jdk.types.Method',
  'java.lang.Class',
  'jdk.types.Symbol',
  'jdk.types.ThreadState',
  'jdk.types.FrameType',
  'java.lang.String',
]);

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const collector = createGroupCollector();
  let durationNanos = 0;
  for await (const bytes of chunksOf(source)) {
    const chunk = readChunk(bytes, wantedPools);
    durationNanos += chunk.header.durationNanos;
    addChunk(chunk, collector);
  }
  return collector.finish('jfr', durationNanos > 0 ? durationNanos / 1e6 : null, options, []);
}

/** Each chunk tells its own size, so one of them is in memory at a time. */
async function* chunksOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest = new Uint8Array();
  let parts: Uint8Array[] = [];
  let length = 0;
  let size = chunkHeaderBytes;
  for await (const part of source) {
    parts.push(part);
    length += part.length;
    while (length >= size) {
      rest = joined(rest, parts);
      parts = [];
      if (size === chunkHeaderBytes) size = sizeOf(rest);
      if (rest.length < size) break;
      yield rest.subarray(0, size);
      rest = rest.slice(size);
      length = rest.length;
      size = chunkHeaderBytes;
    }
  }
  if (length > 0) {
    throw new UnreadableInputError(`jfr: expected a chunk of ${size} bytes, got ${length}. Is the recording complete?`);
  }
}

function sizeOf(bytes: Uint8Array): number {
  const { sizeBytes } = readChunkHeader(bytes.subarray(0, chunkHeaderBytes));
  if (sizeBytes <= maxChunkBytes) return sizeBytes;
  throw new UnreadableInputError(
    `jfr: expected chunks of at most ${maxChunkBytes / 1048576} MB, got ${sizeBytes} bytes. Record a shorter window.`,
  );
}

function joined(rest: Uint8Array, parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, rest.length));
  bytes.set(rest);
  let at = rest.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function addChunk(chunk: Chunk, collector: GroupCollector): void {
  const stackOf = stackReader(chunk);
  const stateOf = (key: JfrValue | undefined): string => textField(pooled(chunk, 'jdk.types.ThreadState', key), 'name');
  const nodes = new Map<string, number>();
  const nanosPerTick = chunk.header.ticksPerSecond > 0 ? 1e9 / chunk.header.ticksPerSecond : 1;
  const nodeOf = (group: GroupId, key: number): number => {
    const known = nodes.get(`${group} ${key}`);
    if (known !== undefined) return known;
    const { frames, isTruncated } = stackOf(key);
    const node = stackNode(collector.builderOf(group), frames, isTruncated);
    nodes.set(`${group} ${key}`, node);
    return node;
  };
  chunk.forEachEvent(
    (type) => eventTypes.has(type),
    (type, record) => {
      const event: JfrEvent = {
        type,
        state: stateOf(record.get('state')),
        durationNanos: scaled(numberField(record, 'duration'), nanosPerTick),
        sizeBytes:
          numberField(record, 'weight') ??
          numberField(record, 'tlabSize') ??
          numberField(record, 'allocationSize') ??
          numberField(record, 'size'),
        samples: numberField(record, 'samples'),
        parkedOn: type === 'jdk.ThreadPark' ? classNameOf(chunk, record.get('parkedClass')) : '',
      };
      const key = numberField(record, 'stackTrace') ?? 0;
      const isSleepingVm = !isRunning(event.state) && !stackOf(key).hasJava;
      for (const { group, weight } of groupsOf(event)) {
        if (isSleepingVm) collector.addIdle(group, weight);
        else collector.add(group, nodeOf(group, key), weight, stackOf(key).leafLine);
      }
    },
  );
}

function scaled(value: number | null, factor: number): number | null {
  return value === null ? null : Math.max(0, value * factor);
}

function numberField(record: JfrRecord, name: string): number | null {
  const value = record.get(name);
  return typeof value === 'number' ? value : null;
}

function pooled(chunk: Chunk, type: string, key: JfrValue | undefined): JfrValue | undefined {
  return typeof key === 'number' ? chunk.pools.get(type)?.get(key) : key;
}

/** A text inside a record; a `#7` is the seventh of the pool of strings. */
function textField(value: JfrValue | undefined, name: string): string {
  const text = value instanceof Map ? value.get(name) : undefined;
  return typeof text === 'string' ? text : '';
}

function symbolOf(chunk: Chunk, key: JfrValue | undefined): string {
  if (typeof key === 'string') return stringOf(chunk, key);
  return stringOf(chunk, textField(pooled(chunk, 'jdk.types.Symbol', key), 'string'));
}

function stringOf(chunk: Chunk, text: string): string {
  if (!/^#\d+$/.test(text)) return text;
  const value = chunk.pools.get('java.lang.String')?.get(Number(text.slice(1)));
  return typeof value === 'string' ? value : '';
}

function classNameOf(chunk: Chunk, key: JfrValue | undefined): string {
  const type = pooled(chunk, 'java.lang.Class', key);
  return type instanceof Map ? symbolOf(chunk, type.get('name')) : '';
}

interface Stack {
  frames: Frame[];
  isTruncated: boolean;
  hasJava: boolean;
  /** Of the leaf; 0 when it is not told. */
  leafLine: number;
}

function stackReader(chunk: Chunk): (key: number) => Stack {
  const frames = new Map<string, Frame>();
  const frameOf = (method: number, type: number): Frame => {
    const known = frames.get(`${method} ${type}`);
    if (known !== undefined) return known;
    const made = methodFrame(chunk, method, type);
    frames.set(`${method} ${type}`, made);
    return made;
  };
  const stacks = new Map<number, Stack>();
  return (key) => {
    const known = stacks.get(key);
    if (known !== undefined) return known;
    const stack = pooled(chunk, 'jdk.types.StackTrace', key);
    const list = stack instanceof Map ? stack.get('frames') : undefined;
    const numbers = Array.isArray(list) ? list : [];
    const number = (at: number): number => (typeof numbers[at] === 'number' ? numbers[at] : 0);
    const leafFirst: Frame[] = [];
    for (let at = 0; at < numbers.length; at += stackFrameFields.length) leafFirst.push(frameOf(number(at), number(at + 1)));
    const made = {
      frames: leafFirst,
      isTruncated: stack instanceof Map && stack.get('truncated') === 1,
      hasJava: hasJavaFrame(leafFirst),
      leafLine: number(2),
    };
    stacks.set(key, made);
    return made;
  };
}

function methodFrame(chunk: Chunk, methodKey: number, typeKey: number): Frame {
  const method = pooled(chunk, 'jdk.types.Method', methodKey);
  if (!(method instanceof Map)) return { name: '[unknown]', module: '', line: null };
  const type = textField(pooled(chunk, 'jdk.types.FrameType', typeKey), 'description');
  return jfrFrame(classNameOf(chunk, method.get('type')), symbolOf(chunk, method.get('name')), stringOf(chunk, type));
}
