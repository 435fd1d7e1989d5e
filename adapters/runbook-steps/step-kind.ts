/** A kind of step: its keys in a runbook, how values get in, what people approve, and how it is done. One file exports one; `registry.ts` names them all. */
import type { z } from 'zod';
import type { ActionProblem, ActionWords } from '../../core/command/runbook/action-words.js';
import { isOwn, type Action, type ActingAction, type OwnAction, type Risk } from '../../core/command/runbook/runbook.js';
import { fillIn, type Values } from '../../core/command/runbook/template.js';
import type { StepContext, StepEnding } from './step-context.js';

type Fields = Record<string, unknown>;

export interface StepKind extends ActionWords {
  kind: string;
  /** Its own keys. What it does not know is a problem, so that a misspelt guard is never a guard that is not there. */
  keys: z.ZodRawShape;
  /** From its keys, as they were read. */
  toAction: (fields: Fields) => Action;
  /** Keys that the text of a Markdown cell gives; a text: why it gives none. */
  readCell: (body: string) => Fields | string;
  /** Parameters reach it beside its text: an approval binds their values, too. */
  takesParameters: boolean;
  /** Name of the catalog's database on which it acts. */
  databaseOf: (action: Action) => string | null;
  /** Null: the run does it by itself. */
  run: ((action: Action, context: StepContext) => Promise<StepEnding>) | null;
  /** What would happen, without doing it; null where nothing can be told. */
  simulate: (action: Action, context: StepContext) => Promise<string | null>;
}

/** Every text of a value, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function filled(value: unknown, values: Values): unknown {
  if (typeof value === 'string') return fillIn(value, values);
  if (Array.isArray(value)) return value.map((item) => filled(item, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, values)]));
}

function filledAction(action: Action, values: Values): Action {
  return { ...action, ...Object.fromEntries(Object.entries(action).map(([key, item]) => [key, filled(item, values)])) };
}

/** What a kind may leave out, because most kinds have it so. */
interface Optional<A extends Action> {
  risk?: Risk;
  mayLook?: boolean;
  /** Without `texts` and `fill`, values may stand in every text of the action. */
  texts?: (action: A) => string[];
  fill?: (action: A, values: Values) => A;
  problems?: (action: A) => ActionProblem[];
  describeUnfilled?: (action: A) => string;
  /** Without it the text of a cell is the first of the keys. */
  readCell?: (body: string) => Fields | string;
  takesParameters?: boolean;
  databaseOf?: (action: A) => string;
  simulate?: (action: A, context: StepContext) => Promise<string | null>;
}

interface Described<A extends Action> extends Optional<A> {
  kind: string;
  keys: z.ZodRawShape;
  is: (action: Action) => action is A;
  toAction: (fields: Fields) => Action;
  describe: (action: A, values: Values) => string;
  run: ((action: A, context: StepContext) => Promise<StepEnding>) | null;
}

function stepKind<A extends Action>(given: Described<A>): StepKind {
  /** A kind answers for its own actions only. */
  const own = (action: Action): A => {
    if (given.is(action)) return action;
    throw new TypeError(`expected a step of kind ${given.kind}, got ${action.kind}`);
  };
  const { kind, keys, toAction, texts, fill, problems, describe, databaseOf, run, simulate } = given;
  return {
    ...{ kind, keys, toAction, risk: given.risk ?? 'low', mayLook: given.mayLook ?? true, takesParameters: given.takesParameters ?? false },
    texts: (action) => (texts === undefined ? textsIn(action) : texts(own(action))),
    fill: (action, values) => (fill === undefined ? filledAction(action, values) : fill(own(action), values)),
    problems: (action) => problems?.(own(action)) ?? [],
    describe: (action, values) => describe(own(action), values),
    describeUnfilled: (action) => (given.describeUnfilled ?? ((one: A) => describe(one, {})))(own(action)),
    readCell: given.readCell ?? ((body) => ({ [Object.keys(keys)[0] ?? 'text']: body.trim() })),
    databaseOf: (action) => databaseOf?.(own(action)) ?? null,
    run: run === null ? null : (action, context) => run(own(action), context),
    simulate: (action, context) => simulate?.(own(action), context) ?? Promise.resolve(null),
  };
}

/** The action of a kind with these keys. */
export type ActionOf<Keys extends z.ZodRawShape> = ActingAction & z.output<z.ZodObject<Keys>>;

/** A kind that a worker does, and the test whether an action is one. */
export function acting<Keys extends z.ZodRawShape>(
  given: Omit<Described<ActionOf<Keys>>, 'is' | 'toAction' | 'keys' | 'run'> & {
    keys: Keys;
    run: (action: ActionOf<Keys>, context: StepContext) => Promise<StepEnding>;
  },
): StepKind & { is: (action: Action) => action is ActionOf<Keys> } {
  const { kind, keys } = given;
  const is = (action: Action): action is ActionOf<Keys> => action.kind === kind;
  const toAction = (fields: Fields): Action => ({ kind, ...Object.fromEntries(Object.keys(keys).map((key) => [key, fields[key]])) });
  return { ...stepKind({ ...given, is, toAction }), is };
}

type Own<Kind extends OwnAction['kind']> = Extract<OwnAction, { kind: Kind }>;

/** A kind that the run does by itself; a check is asked of a worker all the same. */
export function own<Kind extends OwnAction['kind'], Keys extends z.ZodRawShape>(
  kind: Kind,
  given: Omit<Described<Own<Kind>>, 'is' | 'kind' | 'toAction' | 'keys' | 'run'> & {
    keys: Keys;
    toAction: (fields: z.output<z.ZodObject<Keys>>) => Own<Kind>;
    run?: (action: Own<Kind>, context: StepContext) => Promise<StepEnding>;
  },
): StepKind {
  const is = (action: Action): action is Own<Kind> => isOwn(action) && action.kind === kind;
  // They were read by these very keys.
  const toAction = (fields: Fields): Action => given.toAction(fields as z.output<z.ZodObject<Keys>>);
  return stepKind({ ...given, kind, is, toAction, run: given.run ?? null });
}
