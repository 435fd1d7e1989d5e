import { describe, expect, it } from 'vitest';
import { holds, satisfies } from '../../../../core/command/runbook/condition.js';
import { fillIn, namesIn, TemplateError } from '../../../../core/command/runbook/template.js';

const values = { instances: 4, 'dry-run': true, reason: '{{instances}}', 'preflight.ready.verdict': 'pass', 'a-1': 'x', a: 7 };

describe('placeholders', () => {
  it.each([
    ['--replicas={{instances-1}}', '--replicas=3'],
    ['{{ instances + 10 }}', '14'],
    ['{{dry-run}}', 'true'],
    ['{{preflight.ready.verdict}}', 'pass'],
    ['{{a-1}}', 'x'],
    ['{{a-2}}', '5'],
    ['no braces { } here }}', 'no braces { } here }}'],
  ])('fills %s in as %s', (text, filled) => {
    expect(fillIn(text, values)).toBe(filled);
  });

  it('never reads a value again', () => {
    expect(fillIn('{{reason}}', values)).toBe('{{instances}}');
  });

  it.each(['{{a*2}}', '{{a b}}', '{{}}', '{{a', '{{constructor()}}', '{{a+b}}'])('refuses %s', (text) => {
    expect(() => fillIn(text, values)).toThrow(TemplateError);
  });

  it('says which value is missing, and knows nothing that an object has by itself', () => {
    expect(() => fillIn('{{instancs}}', values)).toThrow('known are instances');
    expect(() => fillIn('{{toString}}', values)).toThrow(TemplateError);
    expect(() => fillIn('{{reason-1}}', values)).toThrow('whole number');
  });

  it('lists the names that a text asks for', () => {
    expect(namesIn('{{instances-1}} {{a-1}} {{b-1}}', (name) => name in values)).toEqual(['instances', 'a-1', 'b']);
  });
});

describe('conditions', () => {
  it.each([
    ['{{preflight.ready.verdict}} == pass', true],
    ["{{preflight.ready.verdict}} != 'pass'", false],
    ['{{instances}} >= 4', true],
    ['{{instances-1}} > 3', false],
    ['{{instances}} < 10', true],
  ])('%s is %s', (text, expected) => {
    expect(holds(text, values)).toBe(expected);
  });

  it('takes an operator inside a value for a part of the value', () => {
    expect(holds('{{x}} == a', { x: 'a == b' })).toBe(false);
    expect(holds('{{x}} == a', { x: 'a' })).toBe(true);
  });

  it('orders whole numbers only', () => {
    expect(() => holds('{{preflight.ready.verdict}} > 1', values)).toThrow('whole numbers');
    expect(() => holds('pass', values)).toThrow('expected a comparison');
  });

  it('compares an output without the whitespace around it', () => {
    expect(satisfies(' 3\n', '== {{instances-1}}', values)).toBe(true);
    expect(satisfies('3', '>= 4', values)).toBe(false);
    expect(() => satisfies('3', '4', values)).toThrow('expected an operator');
  });
});
