/** Values of options, parsed; each problem says what was expected, what came and what to do. */
import { userInfo } from 'node:os';
import { parseDuration } from '../../config/duration.js';
import { parseBudget } from '../../config/resolve/symptom.js';
import { UnreadableInputError } from '../../core/model/errors.js';
import type { Budgets } from '../../core/model/load-result.js';

export function durationOption(flag: string): (text: string) => number {
  return (text) => {
    const durationMs = parseDuration(text);
    if (durationMs !== null) return durationMs;
    throw new UnreadableInputError(`${flag}: expected a duration with its unit (ms, s, m, h), got "${text}"; write e.g. ${flag} 30s`);
  };
}

export function numberOption(
  flag: string,
  range: { minimum: number; maximum: number; whole: boolean; example: number },
): (text: string) => number {
  const { minimum, maximum, whole, example } = range;
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= minimum && value <= maximum && (!whole || Number.isInteger(value))) return value;
    throw new UnreadableInputError(
      `${flag}: expected a ${whole ? 'whole ' : ''}number from ${minimum} to ${maximum}, got "${text}"; write e.g. ${flag} ${example}`,
    );
  };
}

export const portOption = (flag: string) => numberOption(flag, { minimum: 0, maximum: 65_535, whole: true, example: 0 });

/** `HOST:PORT`, `[::1]:PORT`; for the server of Temporal also a host alone, which means its usual port. */
export function addressOption(flag: string, example: string, isPortNeeded = true): (text: string) => string {
  return (text) => {
    const match = /^(?:\[[0-9A-Fa-f:.]+\]|[^\s:/@]+)(?::(\d{1,5}))?$/.exec(text);
    const port = match?.[1];
    if (match !== null && (port === undefined ? !isPortNeeded : Number(port) <= 65_535)) return text;
    throw new UnreadableInputError(`${flag}: expected HOST:PORT with a port up to 65535, got "${text}"; write e.g. ${flag} ${example}`);
  };
}

export function originOption(flag: string): (text: string) => string {
  return (text) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '') return text.replace(/(?<!\/)\/+$/, '');
    throw new UnreadableInputError(
      `${flag}: expected an http:// or https:// address, got "${text}"; write e.g. ${flag} https://responder.example`,
    );
  };
}

/** `--budget` may be given several times and may hold several, separated by commas. */
export function collectBudgets(text: string, before: Budgets | undefined): Budgets {
  return text.split(',').reduce<Budgets>((budgets, part) => ({ ...budgets, ...parseBudget(part) }), before ?? {});
}

export function choiceOption<const Word extends string>(flag: string, words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    throw new UnreadableInputError(`${flag}: expected one of ${words.join(', ')}, got "${text}"; choose one of them`);
  };
}

/** Who acts, when `--by` does not say. */
export function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown user';
  }
}
