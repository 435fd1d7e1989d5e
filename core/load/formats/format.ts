import type { Detection } from '../../profile/formats/format.js';
import type { LoadResult } from '../../model/load-result.js';

/** The beginning of a file for detection. */
export interface LoadHead {
  /** Without colours, whatever the terminal added. */
  text: string;
  /** The whole file is in `text`. */
  isComplete: boolean;
  fileName: string;
  /** The JSON document that the whole file is, else undefined. */
  document: unknown;
  /** The JSON document on the first line, else undefined. */
  firstLine: unknown;
}

/** One form of result: a file here and a line in `registry.ts`. */
export interface LoadFileFormat {
  id: string;
  /** One line for the message that lists what can be read. */
  expects: string;
  /** For the table of formats: the tool with the versions tried, the command that writes the file, and how exact the numbers are. */
  tool: string;
  command: string;
  exactness: string;
  detect(head: LoadHead): Detection;
  /** Throws UnreadableInputError, and nothing else, for a file that is broken. */
  read(source: AsyncIterable<Uint8Array>): Promise<LoadResult>;
}
