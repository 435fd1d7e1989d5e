import type { ProfileHead } from './format.js';
import { jsonShape } from './input/json-shape.js';

/** A kind of file that is known and not read. */
export interface ForeignFile {
  name: string;
  /** What writes it. */
  from: string;
  remedy: string;
  isIt(head: ProfileHead): boolean;
}

export const magic = (head: ProfileHead, bytes: string): boolean => {
  for (let index = 0; index < bytes.length; index++) if (head.bytes[index] !== bytes.charCodeAt(index)) return false;
  return true;
};
export const keys = (head: ProfileHead, ...paths: string[]): boolean => {
  const shape = jsonShape(head);
  return shape.root !== null && paths.every((path) => shape.paths.has(path));
};
export const begins = (head: ProfileHead, pattern: RegExp): boolean => pattern.test(head.text.slice(0, 4096));
