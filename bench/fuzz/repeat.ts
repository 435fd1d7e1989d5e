/** So long that a reader which goes back over it for every byte takes 10^10 steps: some ten seconds, past any bound of the fuzz. */
const repeatedBytes = 100_000;

const blanksAndBrackets = Array.from(' \t\n([{<"\'`$.:;/-').map((character) => new Uint8Array([character.charCodeAt(0)]));

type Piece = (bytes: Uint8Array, from: number, random: () => number) => Uint8Array;

const isWordByte = (byte = 0): boolean =>
  (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90) || (byte >= 48 && byte <= 57) || byte === 95;

/** The bytes around a place for which a condition holds. */
function around(bytes: Uint8Array, at: number, holds: (byte: number | undefined) => boolean): Uint8Array {
  let [from, to] = [at, at];
  while (from > 0 && holds(bytes[from - 1])) from--;
  while (to < bytes.length && holds(bytes[to])) to++;
  return bytes.slice(from, to);
}

const pieces: readonly Piece[] = [
  (_bytes, _from, random) => blanksAndBrackets[Math.floor(random() * blanksAndBrackets.length)] ?? new Uint8Array([32]),
  (bytes, from) => around(bytes, from, isWordByte),
  // A word with the sign behind it: `a.a.a.`, `L;L;L;`.
  (bytes, from) => {
    const word = around(bytes, from, isWordByte);
    return new Uint8Array([...word, bytes[from + word.length] ?? 32]);
  },
  (bytes, from, random) => bytes.slice(from, from + 1 + Math.floor(random() * 30)),
  (bytes, from) => new Uint8Array([...around(bytes, from, (byte) => byte !== 10), 10]),
];

/** A piece of the file (a blank, a bracket, a word, a line) stands at its place again and again, until it has some 100 kB. */
export function repeatPiece(bytes: Uint8Array, random: () => number): Uint8Array {
  const from = Math.floor(random() * bytes.length);
  const chosen = pieces[Math.floor(random() * pieces.length)]?.(bytes, from, random) ?? bytes;
  const piece = chosen.length === 0 ? new Uint8Array([32]) : chosen;
  const length = Math.ceil(repeatedBytes / piece.length) * piece.length;
  const made = new Uint8Array(bytes.length + length);
  made.set(bytes.subarray(0, from));
  for (let to = from; to < from + length; to += piece.length) made.set(piece, to);
  made.set(bytes.subarray(from), from + length);
  return made;
}
