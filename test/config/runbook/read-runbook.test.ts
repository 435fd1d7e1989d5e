import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRunbook } from '../../../config/runbook/read-runbook.js';
import { UnreadableInputError } from '../../../core/model/errors.js';

const folder = join(import.meta.dirname, '../../../fixtures/runbooks');
const contract = join(import.meta.dirname, '../../../../shared/contracts/example.runbook.yaml');

function filesOf(kind: string): string[] {
  return readdirSync(join(folder, kind)).filter((name) => !name.includes('.expected.'));
}

function problemsOf(kind: string, name: string): string {
  try {
    parseRunbook(readFileSync(join(folder, kind, name), 'utf8'), name);
    return 'read without a problem';
  } catch (error) {
    if (!(error instanceof UnreadableInputError)) throw error;
    return `${error.message}\n`;
  }
}

describe('runbooks', () => {
  it('reads the example of the contract', () => {
    const runbook = parseRunbook(readFileSync(contract, 'utf8'), 'example.runbook.yaml');
    expect(runbook).toMatchObject({ name: 'restart-shop', risk: 'medium', lock: 'shop', approvalTimeoutMs: 1_800_000 });
    expect(runbook.params['instances']).toEqual({ type: 'integer', default: 2, min: 1, max: 50, pattern: null, description: null });
    expect(runbook.steps.map((step) => [step.id, step.action.kind, step.line > 0])).toEqual([
      ['drain', 'command', true],
      ['pages', 'http', true],
      ['look', 'manual', true],
      ['sessions', 'sql', true],
      ['settle', 'wait', true],
    ]);
    expect(runbook.steps[0]).toMatchObject({
      when: '{{preflight.ready.verdict}} == pass',
      probe: { action: { kind: 'command', run: ['shopctl', 'count'] }, done: '== {{instances-1}}' },
      verify: { action: { run: ['shopctl', 'status'] }, expect: { exit: 0 }, timeoutMs: 30_000 },
      rollback: { action: { run: ['shopctl', 'scale', '{{instances}}'] } },
      retry: { attempts: 2, everyMs: 5000 },
      onFailure: 'rollback',
    });
    expect(runbook.steps[3]).toMatchObject({ action: { writes: false }, expect: { value: '>= 1' } });
    expect(runbook.postcheck.map((step) => step.action)).toEqual([
      { kind: 'check', check: 'service.health', target: null, forMs: 10_000 },
      { kind: 'load', endpoint: 'shop/place-order' },
    ]);
  });

  it.each(filesOf('good'))('reads %s', async (name) => {
    const runbook = parseRunbook(readFileSync(join(folder, 'good', name), 'utf8'), name);
    await expect(`${JSON.stringify(runbook, null, 2)}\n`).toMatchFileSnapshot(join(folder, 'good', `${name}.expected.json`));
  });

  it.each(filesOf('broken'))('names every problem of %s', async (name) => {
    await expect(problemsOf('broken', name)).toMatchFileSnapshot(join(folder, 'broken', `${name}.expected.txt`));
  });

  it.each(filesOf('hostile'))('refuses %s', async (name) => {
    const problems = problemsOf('hostile', name);
    expect(problems).not.toBe('read without a problem');
    await expect(problems).toMatchFileSnapshot(join(folder, 'hostile', `${name}.expected.txt`));
  });
});
