// Damage that keeps the grammar of a file: a value of JSON is another one, a line of text stands elsewhere. What is still well formed gets past the
// parser, into what the reader does with it.

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const otherValues: readonly Json[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  0.5,
  -0.001,
  2 ** 31,
  2 ** 53 + 2,
  1e308,
  '',
  '0',
  '-1',
  'NaN',
  '1e9',
  'main',
  '__proto__',
  [],
  {},
  [[]],
  [null],
];
const pick = <T>(list: readonly T[], random: () => number): T | undefined => list[Math.floor(random() * list.length)];

/** A place in a document: a key of an object, or an index of a list. */
interface Place {
  holder: Json[] | { [key: string]: Json };
  key: string | number;
}

/** Goes down at random; each level may be the last. */
function somePlace(root: Json, random: () => number): Place | null {
  let place: Place | null = null;
  for (let value = root; typeof value === 'object' && value !== null;) {
    if (place !== null && random() < 0.15) return place;
    const key = Array.isArray(value) ? Math.floor(random() * value.length) : pick(Object.keys(value), random);
    if (key === undefined || (Array.isArray(value) && value.length === 0)) return place;
    place = { holder: value, key };
    value = valueAt(place) ?? null;
  }
  return place;
}

function valueAt({ holder, key }: Place): Json | undefined {
  return Array.isArray(holder) ? holder[Number(key)] : holder[key];
}

function put({ holder, key }: Place, value: Json): void {
  if (Array.isArray(holder)) holder[Number(key)] = value;
  else holder[key] = value;
}

function otherNumber(value: number, random: () => number): number {
  return pick([-value, value + 1, value - 1, value * 1000, value / 7, Math.floor(random() * 1000)], random) ?? 0;
}

/** A copy: further damage may go into it. */
function otherValue(random: () => number): Json {
  return structuredClone(pick(otherValues, random) ?? null);
}

const jsonDamages: readonly ((place: Place, root: Json, random: () => number) => void)[] = [
  (place, _root, random) => put(place, otherValue(random)),
  (place, _root, random) => {
    const value = valueAt(place);
    put(place, typeof value === 'number' ? otherNumber(value, random) : otherValue(random));
  },
  // Gone, or there twice.
  ({ holder, key }) => {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else Reflect.deleteProperty(holder, key);
  },
  ({ holder, key }) => {
    if (Array.isArray(holder)) holder.splice(Number(key), 0, structuredClone(holder[Number(key)] ?? null));
    else holder[`${key}2`] = structuredClone(holder[key] ?? null);
  },
  // What stands at another place of the document.
  (place, root, random) => {
    const other = somePlace(root, random);
    if (other !== null) put(place, structuredClone(valueAt(other) ?? null));
  },
  // A list in another order, or one level deeper.
  (place) => {
    const value = valueAt(place);
    if (Array.isArray(value)) value.reverse();
    else put(place, [value ?? null]);
  },
];

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const parsed = new WeakMap<Uint8Array, { value: Json } | null>();

function documentOf(bytes: Uint8Array): { value: Json } | null {
  const known = parsed.get(bytes);
  if (known !== undefined) return known;
  let document: { value: Json } | null = null;
  try {
    if (bytes[0] === 123 || bytes[0] === 91) document = { value: JSON.parse(decoder.decode(bytes)) as Json };
  } catch {
    // A file that begins like JSON and is none is damaged as bytes.
  }
  parsed.set(bytes, document);
  return document;
}

/** One to three values of a JSON document are others; null = it is none. */
export function mutateJson(bytes: Uint8Array, random: () => number): Uint8Array | null {
  const document = documentOf(bytes);
  if (document === null) return null;
  const root = structuredClone(document.value);
  for (let count = 1 + Math.floor(random() * 3); count > 0; count--) {
    const place = somePlace(root, random);
    if (place !== null) pick(jsonDamages, random)?.(place, root, random);
  }
  return encoder.encode(JSON.stringify(root));
}

const lineDamages: readonly ((lines: string[], at: number, random: () => number) => void)[] = [
  (lines, at) => void lines.splice(at, 1),
  (lines, at) => void lines.splice(at, 0, lines[at] ?? ''),
  (lines, at, random) => {
    const other = Math.floor(random() * lines.length);
    [lines[at], lines[other]] = [lines[other] ?? '', lines[at] ?? ''];
  },
  (lines, at) => void lines.splice(at, 2, `${lines[at] ?? ''}${lines[at + 1] ?? ''}`),
  (lines, at) => void (lines[at] = `  ${lines[at] ?? ''}`),
  (lines, at) => void (lines[at] = (lines[at] ?? '').trimStart()),
  (lines, at, random) => {
    const words = (lines[at] ?? '').split(' ');
    words.splice(Math.floor(random() * words.length), 1);
    lines[at] = words.join(' ');
  },
  (lines, at, random) => {
    const from = Math.floor(random() * lines.length);
    lines.splice(at, 0, ...lines.slice(from, from + 1 + Math.floor(random() * 20)));
  },
  (lines, at, random) => void (lines[at] = (lines[at] ?? '').replace(/\d+/, () => String(otherNumber(Math.floor(random() * 1e6), random)))),
];

/** One to three lines of a text are elsewhere, gone, doubled, joined or changed; null = it is no text of lines. */
export function mutateLines(bytes: Uint8Array, random: () => number): Uint8Array | null {
  if (bytes.includes(0) || !bytes.includes(10)) return null;
  const lines = decoder.decode(bytes).split('\n');
  for (let count = 1 + Math.floor(random() * 3); count > 0 && lines.length > 0; count--) {
    pick(lineDamages, random)?.(lines, Math.floor(random() * lines.length), random);
  }
  return encoder.encode(lines.join('\n'));
}
