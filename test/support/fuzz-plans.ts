import { readdirSync, readFileSync, statSync } from 'node:fs';
import { requireSoundPlan } from '../../bench/fuzz/plan-targets.js';
import { UnreadableInputError } from '../../core/model/errors.js';
import { wrappings } from './plan-wrappings.js';

/** Numbers below 1 from a seed: the same inputs for the same seed, everywhere. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const root = new URL('../../fixtures/plans/', import.meta.url);
const largestSeedBytes = 40_000;
const largestInput = 300_000;

/** Every recorded plan that is not too large, in whatever form. */
export function seedTexts(): string[] {
  return ['samples/', 'engines/', 'formats/', 'logs/', './'].flatMap((folder) =>
    readdirSync(new URL(folder, root), { withFileTypes: true })
      .filter((entry) => entry.isFile() && statSync(new URL(`${folder}${entry.name}`, root)).size < largestSeedBytes)
      .map((entry) => readFileSync(new URL(`${folder}${entry.name}`, root), 'utf8')),
  );
}

type Random = () => number;
const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] ?? (from[0] as T);
const place = (random: Random, text: string): number => Math.floor(random() * (text.length + 1));

const scraps = [
  '{',
  '}',
  '[',
  ']',
  '"',
  '""',
  '->',
  '->  Seq Scan on t  (cost=',
  '(actual time=',
  ' rows=1 loops=1)',
  '\n',
  '\t',
  '\u0000',
  '|',
  '+',
  '  ',
  '#012',
  '<Plan>',
  '- Plan:',
  'SubPlan 1',
  'CTE x',
  'Worker 0:',
  '…',
  '\\',
  "'",
  '[Object]',
  '9e999',
  '-1',
  '\uFEFF',
  '\ud800',
  'loops=0)',
  '*/',
  'duration: 1.0 ms  plan:',
];

/** What can happen to a plan on its way: cut, doubled, mixed with another, broken in characters, wrapped again. */
const mutations: ((random: Random, text: string, other: string) => string)[] = [
  (random, text) => text.slice(0, place(random, text)),
  (random, text) => text.slice(place(random, text)),
  (random, text) => {
    const at = place(random, text);
    return text.slice(0, at) + text.slice(at + Math.floor(random() * 200));
  },
  (random, text) => {
    const at = place(random, text);
    return text.slice(0, at) + pick(random, scraps) + text.slice(at);
  },
  (random, text) => {
    const lines = text.split('\n');
    lines.splice(Math.floor(random() * lines.length), 1 + Math.floor(random() * 3));
    return lines.join('\n');
  },
  (random, text) => {
    const lines = text.split('\n');
    const from = Math.floor(random() * lines.length);
    lines.splice(Math.floor(random() * lines.length), 0, ...lines.slice(from, from + 1 + Math.floor(random() * 5)));
    return lines.join('\n');
  },
  (random, text, other) => text.slice(0, place(random, text)) + other.slice(place(random, other)),
  (random, text) =>
    text.replace(/\d+/g, (digits) => (random() < 0.1 ? pick(random, ['0', '-5', '1e308', '999999999999', 'NaN', '']) : digits)),
  (random, text) => text.slice(0, 2000).repeat(1 + Math.floor(random() * 60)),
  (random, text) => pick(random, scraps).repeat(Math.floor(random() * 20_000)) + text,
  (random, text) => pick(random, Object.values(wrappings))(text),
  (random, text) => text.replace(/\n */g, (indent) => (random() < 0.2 ? '\n' : indent)),
];

export function mutate(random: Random, seeds: readonly string[]): string {
  let text = pick(random, seeds);
  for (let step = 1 + Math.floor(random() * 4); step > 0; step--)
    text = pick(random, mutations)(random, text, pick(random, seeds)).slice(0, largestInput);
  return text;
}

/** Throws when a text is neither read as a plan whose times are sound, nor refused with words. */
export function checkText(text: string): 'read' | 'refused' {
  try {
    requireSoundPlan(text);
    return 'read';
  } catch (error) {
    if (error instanceof UnreadableInputError && error.message.length > 20) return 'refused';
    throw error;
  }
}
