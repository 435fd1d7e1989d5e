// The message of https://github.com/google/pprof/blob/main/proto/profile.proto, read field by field: samples are merged to a tree of locations while
// they stream in, for the tables that say what a location is come after them.
import { UnreadableInputError } from '../../../model/errors.js';
import { createCallTree, type CallTree } from '../../call-tree.js';
import { createNumberList, type NumberList } from '../input/number-list.js';
import { createVarintReader, forEachField, forEachStreamedField, idOf, signed, unsigned, type Varint } from './protobuf.js';

type Id = number | string;

export interface PprofLocation {
  mapping: Id;
  /** `line[0]` is the innermost inlined function. */
  lines: { function: Id; line: number }[];
}

export interface PprofFunction {
  name: number;
  file: number;
  startLine: number;
}

export interface PprofMessage {
  strings: string[];
  /** Indexes into `strings`. */
  sampleTypes: { type: number; unit: number }[];
  defaultType: number;
  periodType: { type: number; unit: number } | null;
  period: number;
  durationNanos: number;
  comments: number[];
  locations: Map<Id, PprofLocation>;
  functions: Map<Id, PprofFunction>;
  /** File names of the mappings, as indexes into `strings`. */
  mappings: Map<Id, number>;
  /** Location ids by the number that `tree` has for them. */
  locationIds: Id[];
  /** Stacks as locations, root first. */
  tree: CallTree;
  /** Node of each record, and its values one after the other, `sampleTypes.length` each. */
  records: NumberList;
  values: NumberList[];
}

/** Reads a profile of any size; memory depends on the distinct stacks. */
export async function readPprofMessage(source: AsyncIterable<Uint8Array>): Promise<PprofMessage> {
  const reader = createMessageReader();
  await forEachStreamedField(source, reader, 'pprof');
  return reader.finish();
}

const decoder = new TextDecoder();

function createMessageReader() {
  const message: PprofMessage = {
    strings: [],
    sampleTypes: [],
    defaultType: 0,
    periodType: null,
    period: 0,
    durationNanos: 0,
    comments: [],
    locations: new Map(),
    functions: new Map(),
    mappings: new Map(),
    locationIds: [],
    tree: createCallTree(),
    records: createNumberList('pprof'),
    values: [],
  };
  /** Signs of a second message behind the first: gzip and protobuf join without a seam. */
  let emptyStrings = 0;
  let repeated = 0;
  const seen = new Set<number>();
  const addSample = createSampleReader(message);
  const bytesOf: Partial<Record<number, (bytes: Uint8Array) => void>> = {
    1: (bytes) => message.sampleTypes.push(valueType(bytes)),
    2: addSample,
    3: (bytes) => {
      const mapping = readMapping(bytes);
      message.mappings.set(mapping.id, mapping.file);
    },
    4: (bytes) => {
      const { id, location } = readLocation(bytes);
      if (message.locations.has(id)) repeated++;
      message.locations.set(id, location);
    },
    5: (bytes) => {
      const { id, entry } = readFunction(bytes);
      if (message.functions.has(id)) repeated++;
      message.functions.set(id, entry);
    },
    6: (bytes) => {
      if (bytes.length === 0) emptyStrings++;
      message.strings.push(decoder.decode(bytes));
    },
    11: (bytes) => (message.periodType = valueType(bytes)),
    13: (bytes) => forEachVarint(bytes, (varint) => message.comments.push(unsigned(varint))),
  };
  const numberOf: Partial<Record<number, (value: Varint) => void>> = {
    10: (value) => (message.durationNanos = signed(value)),
    12: (value) => (message.period = signed(value)),
    13: (value) => message.comments.push(unsigned(value)),
    14: (value) => (message.defaultType = unsigned(value)),
  };
  return {
    onBytes(field: number, bytes: Uint8Array): void {
      bytesOf[field]?.(bytes);
    },
    onNumber(field: number, value: Varint): void {
      if (field !== 13 && seen.has(field)) repeated++;
      seen.add(field);
      numberOf[field]?.(value);
    },
    finish(): PprofMessage {
      if (emptyStrings > 1 && repeated > 0) {
        throw new UnreadableInputError(
          'pprof: expected one profile, got two or more in one file. Merge them: `go tool pprof -proto FILE1 FILE2 > merged.pb.gz`.',
        );
      }
      return message;
    },
  };
}

/** Merges samples into the tree. Locations come leaf first. */
function createSampleReader(message: PprofMessage): (bytes: Uint8Array) => void {
  const numbers = new Map<Id, number>();
  const numberOf = (id: Id): number => {
    const known = numbers.get(id);
    if (known !== undefined) return known;
    const made = message.locationIds.push(id) - 1;
    numbers.set(id, made);
    return made;
  };
  let stack: number[] = [];
  let values: number[] = [];
  const onLocation = (varint: Varint): void => void stack.push(numberOf(idOf(varint)));
  const onValue = (varint: Varint): void => void values.push(signed(varint));
  const visitor = {
    onNumber(field: number, value: Varint): void {
      if (field === 1) onLocation(value);
      else if (field === 2) onValue(value);
    },
    onBytes(field: number, packed: Uint8Array): void {
      if (field === 1) forEachVarint(packed, onLocation);
      else if (field === 2) forEachVarint(packed, onValue);
    },
  };
  return (bytes) => {
    stack = [];
    values = [];
    forEachField(bytes, visitor, 'pprof');
    let node = 0;
    for (let at = stack.length - 1; at >= 0; at--) node = message.tree.child(node, stack[at] ?? 0);
    message.records.push(node);
    for (let index = message.values.length; index < values.length; index++) message.values.push(zeros(message.records.length() - 1));
    for (const [index, column] of message.values.entries()) column.push(values[index] ?? 0);
  };
}

const maxValueTypes = 64;

function zeros(count: number): NumberList {
  const column = createNumberList('pprof');
  for (let index = 0; index < count; index++) column.push(0);
  return column;
}

function forEachVarint(bytes: Uint8Array, onValue: (value: Varint) => void): void {
  const reader = createVarintReader();
  while (reader.next(bytes, bytes.length)) onValue(reader.value);
}

function valueType(bytes: Uint8Array): { type: number; unit: number } {
  const fields = numbersOf(bytes);
  return { type: fields[1] ?? 0, unit: fields[2] ?? 0 };
}

function readMapping(bytes: Uint8Array): { id: Id; file: number } {
  let id: Id = 0;
  let file = 0;
  forEachField(
    bytes,
    {
      onNumber(field, value) {
        if (field === 1) id = idOf(value);
        else if (field === 5) file = unsigned(value);
      },
      onBytes: ignore,
    },
    'pprof',
  );
  return { id, file };
}

function readLocation(bytes: Uint8Array): { id: Id; location: PprofLocation } {
  let id: Id = 0;
  const location: PprofLocation = { mapping: 0, lines: [] };
  forEachField(
    bytes,
    {
      onNumber(field, value) {
        if (field === 1) id = idOf(value);
        else if (field === 2) location.mapping = idOf(value);
      },
      onBytes(field, line) {
        if (field === 4) location.lines.push(readLine(line));
      },
    },
    'pprof',
  );
  return { id, location };
}

function readLine(bytes: Uint8Array): { function: Id; line: number } {
  const made: { function: Id; line: number } = { function: 0, line: 0 };
  forEachField(
    bytes,
    {
      onNumber(field, value) {
        if (field === 1) made.function = idOf(value);
        else if (field === 2) made.line = signed(value);
      },
      onBytes: ignore,
    },
    'pprof',
  );
  return made;
}

function readFunction(bytes: Uint8Array): { id: Id; entry: PprofFunction } {
  let id: Id = 0;
  const entry: PprofFunction = { name: 0, file: 0, startLine: 0 };
  forEachField(
    bytes,
    {
      onNumber(field, value) {
        if (field === 1) id = idOf(value);
        else if (field === 2) entry.name = unsigned(value);
        else if (field === 4) entry.file = unsigned(value);
        else if (field === 5) entry.startLine = signed(value);
      },
      onBytes: ignore,
    },
    'pprof',
  );
  return { id, entry };
}

function numbersOf(bytes: Uint8Array): Partial<Record<number, number>> {
  const fields: Partial<Record<number, number>> = {};
  forEachField(bytes, { onNumber: (field, value) => (fields[field] = signed(value)), onBytes: ignore }, 'pprof');
  return fields;
}

function ignore(): void {
  // Nothing in it is needed.
}

/** More value types than any writer has: a file of random bytes must not make a column for each of a million values. */
export function checkValueTypes(count: number): void {
  if (count > maxValueTypes) throw new UnreadableInputError(`pprof: expected at most ${maxValueTypes} value types, got ${count}.`);
}
