import { z } from 'zod';
import { UnreadableInputError } from '../model/errors.js';

/** One JSON document that a capture leaves. */
export interface CaptureDocument<T> {
  /** What it is, in words: reads after "needs". */
  what: string;
  /** Name of the artifact, and of the file in an evidence set. */
  name: string;
  artifactKind: string;
  /** The report only draws it: a recorded window does without. */
  isDrawnOnly?: true;
  schema: z.ZodType<T>;
  /** Takes out the values that must not leave the house. Absent: it holds none. (A method, so that documents of all shapes fit into one list.) */
  redact?(value: T): T;
}

/** A document with its content. */
export interface CapturedDocument {
  name: string;
  artifactKind: string;
  value: unknown;
}

/** The compiler sees to it that the content is what the document holds. */
export function filled<T>({ name, artifactKind }: CaptureDocument<T>, value: T): CapturedDocument {
  return { name, artifactKind, value };
}

/** A document of the window; null when it was not captured. */
export type ReadDocument = <T>(document: CaptureDocument<T>) => T | null;

/**
 * The schema of a shape of the product's own model. Numbers and lists that the judge divides and adds are checked; words of an enumeration are those of
 * the version that wrote the document, and what else it holds passes, so that an older set stays readable.
 */
export function shapedAs<T>(shape: z.ZodType): z.ZodType<T> {
  return shape.transform((value) => value as T);
}

/** Reads the documents of one window by their kind, each checked once. Throws UnreadableInputError; `where` begins its message. */
export function documentReader(documents: ReadonlyMap<string, unknown>, where: string): ReadDocument {
  const parsed = new Map<string, unknown>();
  return <T>(document: CaptureDocument<T>): T | null => {
    const value = documents.get(document.name);
    if (value === undefined || value === null) return null;
    if (!parsed.has(document.name)) parsed.set(document.name, checked(document, value, where));
    return parsed.get(document.name) as T;
  };
}

function checked<T>(document: CaptureDocument<T>, value: unknown, where: string): T {
  const result = document.schema.safeParse(value);
  if (result.success) return result.data;
  throw new UnreadableInputError(
    `${where}: expected ${document.name} as a capture leaves it, got one that differs: ${z.prettifyError(result.error)}; export the evidence again`,
  );
}
