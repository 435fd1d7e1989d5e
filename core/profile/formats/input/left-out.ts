import { UnreadableInputError } from '../../../model/errors.js';
import { detached, type ProfileBuilder } from '../../profile-builder.js';

/** More than this share of a file's records left out, and what is shown would be another profile than the file's. */
const maxShare = 0.05;
/** A small file may hold a few remarks of people and of the tool that wrote it. */
const alwaysAllowed = 2;

/** Counts what looked like data and had no place: nothing is dropped without a word, and never more than a small share. */
export interface LeftOut {
  /** `text` as it stands in the file, `place` where (`line 7`). */
  add(place: string, text: string): void;
  /** Refuses a file of which too much was left out, else notes it. `placed` records were read. */
  settle(builder: ProfileBuilder, placed: number): void;
}

export function createLeftOut(options: { format: string; expected: string; records: string }): LeftOut {
  let count = 0;
  let first = '';
  return {
    add(place, text) {
      count++;
      if (first === '') first = `${place}: "${detached(text.slice(0, 120))}"`;
    },
    settle(builder, placed) {
      if (count === 0) return;
      const all = count + placed;
      if (placed === 0 || (count > alwaysAllowed && count > maxShare * all) || count >= placed) {
        throw new UnreadableInputError(
          `${options.format}: expected ${options.expected}, but ${count} of ${all} ${options.records} are not (${first}). Give the unmodified output of the profiler.`,
        );
      }
      builder.note('malformed-lines', `${count} of ${all} ${options.records} left out (${first})`);
    },
  };
}
