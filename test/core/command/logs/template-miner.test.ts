import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TemplateMiner } from '../../../../core/command/logs/template-miner.js';

const folder = join(import.meta.dirname, '../../../../fixtures/logs');

describe('template mining', () => {
  it('groups 1,500 lines as drain3 does, with the same templates', () => {
    const lines = readFileSync(join(folder, 'lines.txt'), 'utf8').trimEnd().split('\n');
    const oracle = JSON.parse(readFileSync(join(folder, 'lines.drain3.json'), 'utf8')) as { groups: number[]; templates: string[] };
    const miner = new TemplateMiner();
    expect(lines.map((line) => miner.add(line))).toEqual(oracle.groups);
    expect(oracle.templates.map((_, group) => miner.templateOf(group))).toEqual(oracle.templates);
  });

  it('takes an empty line and words like those of every object for what they are', () => {
    const miner = new TemplateMiner();
    expect([miner.add(''), miner.add(''), miner.add('constructor __proto__'), miner.add('constructor __proto__')]).toEqual([0, 0, 1, 1]);
  });
});
