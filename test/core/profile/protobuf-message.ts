export type Field = [number: number, value: number | string | Uint8Array | number[]];

const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]);

/** A protobuf message; lists are packed. */
export function message(...fields: Field[]): Uint8Array {
  return Uint8Array.from(
    fields.flatMap(([number, value]) => {
      if (typeof value === 'number') return [...varint(number * 8), ...varint(value)];
      const bytes =
        typeof value === 'string' ? [...new TextEncoder().encode(value)] : Array.isArray(value) ? value.flatMap(varint) : [...value];
      return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
    }),
  );
}
