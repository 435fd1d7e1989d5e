/** What the keys alone cannot tell: whether the parts of a runbook fit each other, and which risk it really has. */
import type { WordsOf } from './action-words.js';
import { refuseValue } from './parameters.js';
import { changesNothing, type Action, type Risk, type Runbook, type Step } from './runbook.js';
import { namesIn, TemplateError } from './template.js';

export type Section = 'preflight' | 'steps' | 'postcheck';

export interface RunbookProblem {
  /** Path in the document: `['steps', 2, 'when']`. */
  path: (string | number)[];
  expected: string;
  came: string;
  fix: string;
}

const sections: readonly Section[] = ['preflight', 'steps', 'postcheck'];

/** Every action of a step, with the key under which it stands. */
function actionsOf(step: Step): [string | null, Action][] {
  return [
    [null, step.action],
    ...(step.probe === null ? [] : [['probe', step.probe.action] as [string, Action]]),
    ...(step.verify === null ? [] : [['verify', step.verify.action] as [string, Action]]),
    ...(step.rollback === null ? [] : [['rollback', step.rollback.action] as [string, Action]]),
  ];
}

const riskOrder: readonly Risk[] = ['low', 'medium', 'high'];

/** At least the risk that the kinds of its steps have by themselves: a shell can do anything. */
export function effectiveRisk(runbook: Runbook, wordsOf: WordsOf): Risk {
  const actions = sections.flatMap((section) => runbook[section].flatMap((step) => actionsOf(step).map(([, action]) => action)));
  const risks = [runbook.risk, ...actions.map(({ kind }) => wordsOf(kind).risk)];
  return riskOrder[Math.max(...risks.map((risk) => riskOrder.indexOf(risk)))] ?? runbook.risk;
}

/** Values that a step may read: parameters, and what came out of the steps before it. */
function knownNames(runbook: Runbook, section: Section, index: number): string[] {
  const before = sections.slice(0, sections.indexOf(section)).flatMap((name) => runbook[name].map((step) => [name, step] as const));
  const own = runbook[section].slice(0, index).map((step) => [section, step] as const);
  const outputs = [...before, ...own].flatMap(([name, step]) =>
    ['verdict', 'output', 'exit', 'state'].map((key) => `${name}.${step.id}.${key}`),
  );
  return [...Object.keys(runbook.params), ...outputs];
}

function templateProblems(text: string, known: readonly string[], path: (string | number)[]): RunbookProblem[] {
  try {
    const unknown = namesIn(text, (name) => known.includes(name)).find((name) => !known.includes(name));
    if (unknown === undefined) return [];
    const expected = `one of the values ${known.slice(0, 8).join(', ') || '(none)'}${known.length > 8 ? ' …' : ''}`;
    return [{ path, expected, came: `{{${unknown}}}`, fix: 'name a parameter, or <section>.<step>.verdict of an earlier step' }];
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return [{ path, expected: 'placeholders of names only', came: JSON.stringify(text), fix: error.message }];
  }
}

function actionProblems(action: Action, path: (string | number)[], wordsOf: WordsOf): RunbookProblem[] {
  return wordsOf(action.kind)
    .problems(action)
    .map(({ key, ...problem }) => ({ path: key === null ? path : [...path, key], ...problem }));
}

function stepProblems(runbook: Runbook, section: Section, index: number, step: Step, wordsOf: WordsOf): RunbookProblem[] {
  const at = [section, index];
  const known = knownNames(runbook, section, index);
  const ofActions = actionsOf(step).flatMap(([key, action]) => {
    const path = key === null ? at : [...at, key];
    const texts = wordsOf(action.kind).texts(action);
    return [...actionProblems(action, path, wordsOf), ...texts.flatMap((text) => templateProblems(text, known, path))];
  });
  const ofWhen = step.when === null ? [] : templateProblems(step.when, known, [...at, 'when']);
  const problems = [...ofActions, ...ofWhen];
  if (step.retry.attempts > 1 && step.probe === null && !step.isIdempotent && !changesNothing(step.action))
    problems.push({
      path: [...at, 'retry'],
      expected: 'a probe or idempotent: true beside retry',
      came: `attempts: ${step.retry.attempts}`,
      fix: 'a step that may have run must be asked, or must be safe to repeat',
    });
  if (typeof step.onFailure === 'object') {
    const { goto } = step.onFailure;
    if (section !== 'steps' || !runbook.steps.slice(index + 1).some((other) => other.id === goto))
      problems.push({
        path: [...at, 'onFailure'],
        expected: 'goto: of a later step',
        came: `goto:${goto}`,
        fix: 'name a step that follows; going back could never end',
      });
  }
  if (section !== 'steps' && !changesNothing(step.action) && !wordsOf(step.action.kind).mayLook)
    problems.push({
      path: [...at, 'kind'],
      expected: 'a step that only looks',
      came: step.action.kind,
      fix: `move it to steps; ${section} changes nothing`,
    });
  return problems;
}

function duplicateProblems(runbook: Runbook): RunbookProblem[] {
  const seen = new Set<string>();
  return sections.flatMap((section) =>
    runbook[section].flatMap((step, index): RunbookProblem[] => {
      const isKnown = seen.has(step.id);
      seen.add(step.id);
      return isKnown ? [{ path: [section, index, 'id'], expected: 'an id of its own', came: step.id, fix: 'rename one of the two' }] : [];
    }),
  );
}

function parameterProblems(runbook: Runbook): RunbookProblem[] {
  return Object.entries(runbook.params).flatMap(([name, parameter]): RunbookProblem[] => {
    if (parameter.default === null) return [];
    const refusal = refuseValue(parameter, parameter.default);
    return refusal === null
      ? []
      : [
          {
            path: ['params', name, 'default'],
            expected: refusal.split(', got ')[0] ?? '',
            came: JSON.stringify(parameter.default),
            fix: 'correct the default or the bounds',
          },
        ];
  });
}

export function checkRunbook(runbook: Runbook, wordsOf: WordsOf): RunbookProblem[] {
  return [
    ...parameterProblems(runbook),
    ...duplicateProblems(runbook),
    ...sections.flatMap((section) => runbook[section].flatMap((step, index) => stepProblems(runbook, section, index, step, wordsOf))),
  ];
}
