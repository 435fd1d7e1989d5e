import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { createPointReader, type PointReader } from '../../core/load/points.js';

/** Reads the compressed stream of `--out json`. A stream that was cut off counts up to where it goes. */
export async function readPoints(path: string, durationMs: number, windows: number): Promise<PointReader> {
  const reader = createPointReader(durationMs, windows, Date.parse);
  const source = createReadStream(path);
  const unpacked = createGunzip();
  source.on('error', (error) => unpacked.destroy(error));
  source.pipe(unpacked);
  const lines = createInterface({ input: unpacked, crlfDelay: Infinity });
  // readline does not end when its input breaks.
  unpacked.on('error', () => lines.close());
  for await (const line of lines) reader.add(line);
  return reader;
}
