// One chunk of a Java Flight Recorder file, as HotSpot, JMC and async-profiler write it (version 2.x, compressed integers).
// https://www.morling.dev/blog/jdk-flight-recorder-file-format/ and OpenJDK jdk.jfr.internal.consumer (ChunkHeader, MetadataReader, ConstantMap)
import { UnreadableInputError } from '../../../model/errors.js';
import { createByteReader, type ByteReader } from '../input/byte-reader.js';
import type { JfrClass } from './classes.js';
import { readMetadata } from './metadata.js';
import { createValueReader, readLong, type JfrRecord, type JfrValue } from './values.js';

export const chunkHeaderBytes = 68;

export interface ChunkHeader {
  sizeBytes: number;
  constantsAt: number;
  metadataAt: number;
  durationNanos: number;
  ticksPerSecond: number;
}

/** Throws for what no JDK since 9 writes; `head` are the first 68 bytes. */
export function readChunkHeader(head: Uint8Array): ChunkHeader {
  const reader = createByteReader(head, 'jfr');
  if (reader.latin1(4) !== 'FLR\u0000') {
    throw new UnreadableInputError('jfr: expected a chunk that begins with FLR, got other bytes. Is the recording complete and unchanged?');
  }
  const [major, minor] = [reader.bigEndian(2), reader.bigEndian(2)];
  if (major !== 1 && major !== 2) {
    throw new UnreadableInputError(
      `jfr: expected version 1 or 2 of the format (JDK 9 and later, async-profiler), got ${major}.${minor}. Open it in JDK Mission Control and record again with a newer JDK.`,
    );
  }
  const [sizeBytes, constantsAt, metadataAt] = [reader.bigEndian(8), reader.bigEndian(8), reader.bigEndian(8)];
  reader.skip(8);
  const durationNanos = reader.bigEndian(8);
  reader.skip(8);
  const ticksPerSecond = reader.bigEndian(8);
  if (sizeBytes <= chunkHeaderBytes || metadataAt < chunkHeaderBytes || constantsAt < chunkHeaderBytes || reader.bigEndian(4) % 2 === 0) {
    throw new UnreadableInputError(
      'jfr: expected a finished chunk with compressed integers, got one without an end. End the recording with `jcmd PID JFR.dump` or JFR.stop; after a crash, `jfr assemble` joins what is in the repository.',
    );
  }
  return { sizeBytes, constantsAt, metadataAt, durationNanos, ticksPerSecond };
}

export type ConstantPools = ReadonlyMap<string, ReadonlyMap<number, JfrValue>>;

/** What a chunk holds besides its events. Only the constant pools named in `wanted` are kept. */
export interface Chunk {
  header: ChunkHeader;
  pools: ConstantPools;
  /** Calls back for each event whose type `isWanted`, with its fields. */
  forEachEvent(isWanted: (type: string) => boolean, visit: (type: string, event: JfrRecord) => void): void;
}

const metadataType = 0;
const constantsType = 1;

export function readChunk(bytes: Uint8Array, wanted: ReadonlySet<string>): Chunk {
  const header = readChunkHeader(bytes.subarray(0, chunkHeaderBytes));
  const reader = createByteReader(bytes, 'jfr');
  reader.at = header.metadataAt;
  const classes = readMetadata(reader);
  const values = createValueReader(reader, classes);
  const pools = readPools(reader, header.constantsAt, classes, values, wanted);
  return {
    header,
    pools,
    forEachEvent(isWanted, visit) {
      reader.at = chunkHeaderBytes;
      while (reader.at < bytes.length) {
        const start = reader.at;
        const size = readLong(reader);
        const type = readLong(reader);
        const eventClass = classes.get(type);
        if (size <= 0 || size > bytes.length - start) throw reader.broken('an event that ends inside its chunk');
        if (type !== metadataType && type !== constantsType && eventClass !== undefined && isWanted(eventClass.name)) {
          visit(eventClass.name, values.fieldsOf(eventClass));
        }
        reader.at = start + size;
      }
    },
  };
}

/** Constant pools lie in a chain of checkpoint events; each tells how far back the one before it is. */
function readPools(
  reader: ByteReader,
  lastAt: number,
  classes: ReadonlyMap<number, JfrClass>,
  values: ReturnType<typeof createValueReader>,
  wanted: ReadonlySet<string>,
): ConstantPools {
  const pools = new Map<string, Map<number, JfrValue>>();
  const seen = new Set<number>();
  for (let at = lastAt; !seen.has(at);) {
    seen.add(at);
    reader.at = at;
    readLong(reader);
    if (readLong(reader) !== constantsType) throw reader.broken('a constant pool');
    readLong(reader);
    readLong(reader);
    const step = readLong(reader);
    reader.u8();
    for (let left = reader.count(readLong(reader)); left > 0; left--) readPool(reader, classes, values, pools, wanted);
    if (step === 0) break;
    at += step;
    if (at < chunkHeaderBytes || at >= reader.length) throw reader.broken('a constant pool inside its chunk');
  }
  return pools;
}

function readPool(
  reader: ByteReader,
  classes: ReadonlyMap<number, JfrClass>,
  values: ReturnType<typeof createValueReader>,
  pools: Map<string, Map<number, JfrValue>>,
  wanted: ReadonlySet<string>,
): void {
  const type = classes.get(readLong(reader));
  if (type === undefined) throw reader.broken('a constant pool of a known type');
  const isKept = wanted.has(type.name);
  const pool = pools.get(type.name) ?? new Map<number, JfrValue>();
  pools.set(type.name, pool);
  for (let left = reader.count(readLong(reader)); left > 0; left--) {
    const key = readLong(reader);
    const value = values.valueOf(type);
    if (isKept) pool.set(key, value);
  }
}
