// OTLP profiles (signal in development): protobuf ProfilesData / ExportProfilesServiceRequest and its JSON.
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/profiles/v1development/profiles.proto
// Version 1.10 renumbered the fields of Sample: values 2 → 4, attributes 3 → 2, link 4 → 3; which of both a file has is seen from what makes sense.
import { UnreadableInputError } from '../../../model/errors.js';
import { createByteReader, type ByteReader } from '../input/byte-reader.js';
import type { Detection, ProfileFormat, ProfileHead } from '../format.js';
import { detectJson } from '../input/json-shape.js';
import { readAllBytes } from '../input/whole-file.js';
import { packedNumbers, wireFields, type WireField } from '../pprof/wire-reader.js';
import { otlpOfJson } from './json.js';
import { profileOfOtlp, type OtlpFile, type OtlpProfile } from './model.js';

export const otlpProfiles: ProfileFormat = {
  id: 'otlp-profiles',
  expects: 'OTLP profiles (protobuf or JSON)',
  tool: 'opentelemetry-proto 1.8 to 1.10 profiles (tried with async-profiler 4.5)',
  command: '`asprof -o otlp`, the OTel eBPF profiler through a collector',
  exactness: 'exact; the layout (fields of 1.9 or 1.10) is detected, a file that fits both or neither is refused',
  detect,
  read: async (source, options) => {
    const bytes = await readAllBytes(source, 'otlp');
    return profileOfOtlp(bytes[0] === 0x7b ? otlpOfJson(bytes) : ofProtobuf(createByteReader(bytes, 'otlp')), options);
  },
};

/**
 * Field 1 holds resources, which are messages of messages; a pprof begins with a value type, which holds two numbers. Some writers put the
 * dictionary first (field 2), whose tables have numbers that no sample of a pprof has.
 */
function detect(head: ProfileHead): Detection {
  const { bytes } = head;
  if (bytes[0] !== 0x0a && bytes[0] !== 0x12)
    return detectJson(head, ({ paths }) => paths.has('resourceProfiles') || paths.has('resource_profiles'));
  const start = lengthEnd(bytes);
  const inner = bytes[start] ?? 0;
  const isMine = bytes[0] === 0x0a ? inner === 0x0a || inner === 0x12 : [0x1a, 0x22, 0x2a, 0x32, 0x3a].includes(inner);
  return isMine && start < 12 && bytes.some((byte) => byte < 9) ? 'yes' : 'no';
}

/** Behind the tag and the length of the first field. */
function lengthEnd(bytes: Uint8Array): number {
  let at = 1;
  while ((bytes[at] ?? 0) >= 0x80 && at < 12) at++;
  return at + 1;
}

interface RawSample {
  stack: number;
  timestamps: number;
  /** Numbers of the fields 2, 3 and 4 by their number. */
  numbers: Map<number, number[]>;
}

function ofProtobuf(reader: ByteReader): OtlpFile {
  const tables: Tables = { strings: [], functions: [], mappings: [], locations: [], stacks: [], attributes: 0, links: 0 };
  const raw: { profile: Omit<OtlpProfile, 'samples'>; samples: RawSample[] }[] = [];
  for (const field of messages(reader, 0, reader.length)) {
    if (field.number === 2) readDictionary(reader, field, tables);
    if (field.number !== 1) continue;
    for (const scope of messages(reader, field.start, field.end)) {
      if (scope.number !== 2) continue;
      for (const profile of messages(reader, scope.start, scope.end)) if (profile.number === 2) raw.push(readProfile(reader, profile));
    }
  }
  if (tables.stacks.length === 0) {
    throw new UnreadableInputError(
      'otlp: expected a dictionary with a table of stacks (opentelemetry-proto 1.8 and later), found none. Export with a newer collector or profiler, or as pprof.',
    );
  }
  const valueField = valueFieldOf(
    raw.flatMap(({ samples }) => samples),
    tables,
  );
  const profiles = raw.map(({ profile, samples }) => ({
    ...profile,
    samples: samples.map(({ stack, timestamps, numbers }) => ({ stack, timestamps, values: numbers.get(valueField) ?? [] })),
  }));
  return { ...tables, profiles };
}

function* messages(reader: ByteReader, start: number, end: number): Generator<WireField> {
  for (const field of wireFields(reader, start, end)) if (field.type === 'bytes') yield field;
}

const layouts = [
  { version: '1.9', values: 2, attributes: 3, link: 4 },
  { version: '1.10', values: 4, attributes: 2, link: 3 },
] as const;

/**
 * The layout under which every sample makes sense: it has values or time stamps, its attributes and its link are in their tables. When both
 * or neither do, nothing is guessed.
 */
function valueFieldOf(samples: readonly RawSample[], tables: Tables): number {
  const possible = layouts.filter((layout) => samples.every((sample) => isSensible(sample, layout, tables)));
  const [only, second] = possible;
  if (only !== undefined && second === undefined) return only.values;
  throw new UnreadableInputError(
    `otlp: expected samples as opentelemetry-proto 1.9 or 1.10 defines them, these ${only === undefined ? 'fit neither' : 'fit both'}. Export as pprof, or as JSON.`,
  );
}

function isSensible({ numbers, timestamps }: RawSample, layout: (typeof layouts)[number], tables: Tables): boolean {
  const [values = [], attributes = [], link = []] = [layout.values, layout.attributes, layout.link].map((field) => numbers.get(field));
  return (
    (values.length > 0 || timestamps > 0) &&
    attributes.every((index) => index < tables.attributes) &&
    link.length <= 1 &&
    link.every((index) => index < Math.max(1, tables.links))
  );
}

function readProfile(reader: ByteReader, message: WireField): { profile: Omit<OtlpProfile, 'samples'>; samples: RawSample[] } {
  const profile = { type: 0, unit: 0, durationNanos: 0 };
  const samples: RawSample[] = [];
  for (const field of wireFields(reader, message.start, message.end)) {
    if (field.number === 1 && field.type === 'bytes') {
      for (const part of wireFields(reader, field.start, field.end)) {
        if (part.number === 1) profile.type = part.value;
        if (part.number === 2) profile.unit = part.value;
      }
    } else if (field.number === 2 && field.type === 'bytes') samples.push(readSample(reader, field));
    else if (field.number === 4 && field.type === 'varint') profile.durationNanos = field.value;
  }
  return { profile, samples };
}

/** Some writers pack repeated numbers, some do not: fields are gathered by their number alone. */
function readSample(reader: ByteReader, message: WireField): RawSample {
  const sample: RawSample = { stack: 0, timestamps: 0, numbers: new Map() };
  for (const field of wireFields(reader, message.start, message.end)) {
    if (field.number === 1) sample.stack = field.value;
    else if (field.number === 5) sample.timestamps += field.type === 'bytes' ? (field.end - field.start) / 8 : 1;
    else {
      const known = sample.numbers.get(field.number) ?? [];
      for (const number of packedNumbers(reader, field)) known.push(number);
      sample.numbers.set(field.number, known);
    }
  }
  return sample;
}

interface Tables {
  strings: string[];
  functions: OtlpFile['functions'][number][];
  mappings: OtlpFile['mappings'][number][];
  locations: OtlpFile['locations'][number][];
  stacks: number[][];
  /** Sizes of the tables that tell the layouts apart. */
  attributes: number;
  links: number;
}

function readDictionary(reader: ByteReader, dictionary: WireField, tables: Tables): void {
  for (const entry of messages(reader, dictionary.start, dictionary.end)) {
    const numberAt = (wanted: number): number => {
      for (const field of wireFields(reader, entry.start, entry.end)) if (field.number === wanted) return field.value;
      return 0;
    };
    if (entry.number === 1) tables.mappings.push({ file: numberAt(4) });
    if (entry.number === 2) tables.locations.push(readLocation(reader, entry));
    if (entry.number === 3) tables.functions.push({ name: numberAt(1), file: numberAt(3), startLine: numberAt(4) });
    if (entry.number === 4) tables.links++;
    if (entry.number === 6) tables.attributes++;
    if (entry.number === 5) {
      reader.at = entry.start;
      tables.strings.push(reader.utf8(entry.end - entry.start));
    }
    if (entry.number === 7) {
      const stack: number[] = [];
      for (const field of wireFields(reader, entry.start, entry.end))
        if (field.number === 1) for (const index of packedNumbers(reader, field)) stack.push(index);
      tables.stacks.push(stack);
    }
  }
}

function readLocation(reader: ByteReader, message: WireField): OtlpFile['locations'][number] {
  const lines: { function: number; line: number }[] = [];
  let mapping = 0;
  for (const field of wireFields(reader, message.start, message.end)) {
    if (field.number === 1) mapping = field.value;
    if (field.number !== 3 || field.type !== 'bytes') continue;
    const line = { function: 0, line: 0 };
    for (const part of wireFields(reader, field.start, field.end)) {
      if (part.number === 1) line.function = part.value;
      if (part.number === 2) line.line = part.value;
    }
    lines.push(line);
  }
  return { mapping, lines };
}
