import type { ProfileKind } from '../../model/profile.js';
import type { StackProfile } from '../stack-profile.js';

/** The beginning of a file, as bytes and as text, for detection. */
export interface ProfileHead {
  bytes: Uint8Array;
  text: string;
  /** The whole file is in here. */
  isComplete: boolean;
  fileName: string;
}

/** Lines and binary formats show themselves by then; only JSON, whose keys may stand behind long metadata, is asked again. */
export const maxHeadBytes = 1024 * 1024;

/** `maybe` = tell me more: the head is read on, and at its limit the first `maybe` takes the file. */
export type Detection = 'yes' | 'no' | 'maybe';

export interface ReadOptions {
  /** What the profile measures, when the user knows it better than the file. */
  kind?: ProfileKind;
  /** Which of several value types or event names to rank (`cpu`, `alloc_space`, `cycles`…). */
  valueType?: string;
  /** Id of a format of the registry; no detection then. */
  format?: string;
  /** Name for detection and messages. */
  fileName?: string;
  /** Takes back a chunk that nobody looks at any more, so that its memory can hold the next one. */
  giveBack?: (chunk: Uint8Array) => void;
}

export interface ProfileFormat {
  id: string;
  /** One line for the message that lists what can be read. */
  expects: string;
  /** For the table of formats: the tools with the versions tried, the command that writes the file, and how exact the numbers are. */
  tool: string;
  command: string;
  exactness: string;
  detect(head: ProfileHead): Detection;
  read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile>;
}
