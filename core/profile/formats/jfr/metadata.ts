import type { ByteReader } from '../input/byte-reader.js';
import type { JfrClass } from './classes.js';
import { readLong, readText } from './values.js';

interface Element {
  name: string;
  attributes: ReadonlyMap<string, string>;
  children: Element[];
}

/** Real metadata is six levels deep. */
const maxDepth = 32;

/** Types by id, from the metadata event at the reader's place: a string table and a tree of elements like XML. */
export function readMetadata(reader: ByteReader): Map<number, JfrClass> {
  readLong(reader);
  if (readLong(reader) !== 0) throw reader.broken('the metadata of the recording');
  for (let header = 0; header < 3; header++) readLong(reader);
  const strings: string[] = [];
  for (let left = reader.count(readLong(reader)); left > 0; left--) strings.push(readText(reader, () => ''));
  const classes = new Map<number, JfrClass>();
  for (const child of readElement(reader, strings, 0).children) {
    if (child.name === 'metadata') for (const element of child.children) addClass(element, classes);
  }
  return classes;
}

function readElement(reader: ByteReader, strings: readonly string[], depth: number): Element {
  if (depth > maxDepth) throw reader.broken(`metadata of at most ${maxDepth} levels`);
  const text = (): string => strings[readLong(reader)] ?? '';
  const name = text();
  const attributes = new Map<string, string>();
  for (let left = reader.count(readLong(reader)); left > 0; left--) {
    const key = text();
    attributes.set(key, text());
  }
  const children: Element[] = [];
  for (let left = reader.count(readLong(reader)); left > 0; left--) children.push(readElement(reader, strings, depth + 1));
  return { name, attributes, children };
}

function addClass(element: Element, classes: Map<number, JfrClass>): void {
  if (element.name !== 'class') return;
  const id = Number(element.attributes.get('id'));
  const fields = element.children
    .filter((child) => child.name === 'field')
    .map(({ attributes }) => ({
      name: attributes.get('name') ?? '',
      classId: Number(attributes.get('class')),
      isConstant: attributes.get('constantPool') === 'true',
      isArray: Number(attributes.get('dimension') ?? 0) > 0,
    }));
  classes.set(id, { id, name: element.attributes.get('name') ?? '', fields });
}
