/** Keys that several kinds of steps have. */
import { z } from 'zod';
import { nameKey, text } from '../../config/catalog-fields.js';
import { splitWords } from '../../core/command/runbook/split-words.js';

export const argv = (example: string) =>
  z
    .array(
      text('a text: argv is a list of texts, no shell reads it', `write e.g. run: ${example}`, () => true).or(
        z.number().transform((value) => String(value)),
      ),
      { error: 'a list of the program and its arguments' },
    )
    .refine((items) => items.length > 0, { message: 'at least one item', params: { fix: `write e.g. run: ${example}` } });

const parameter = /^\{\{\s*[A-Za-z_]\w*\s*\}\}$/;
const databaseWords = 'NAME or SERVICE/NAME of the catalog, or the parameter that says which, e.g. {{ database }}';

/** A database of the catalog as a person or a parameter names it: NAME, SERVICE/NAME where several have this name, or the parameter itself. */
export const databaseKey = z
  .string({ error: databaseWords })
  .refine((name) => parameter.test(name) || isDatabaseName(name), { error: databaseWords });

function isDatabaseName(name: string): boolean {
  const parts = name.split('/');
  return parts.length <= 2 && parts.every((part) => nameKey.safeParse(part).success);
}

/** One command in a cell of Markdown; `program` may stand before its arguments, as one types it. */
export const commandCell =
  (program: string | null) =>
  (body: string): { run: string[] } | string => {
    const line = body.trim();
    if (line.includes('\n')) return 'expected one command; write one cell for each';
    const words = splitWords(line);
    if (!words.ok) return words.why;
    return { run: program !== null && words.words[0] === program ? words.words.slice(1) : words.words };
  };
