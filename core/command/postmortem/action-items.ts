/** Action items of a postmortem: those that the record asks for, and whether each can be done and followed. */
import type { ActionRow } from '../incident/findings.js';
import type { StatusDocument } from '../incident/status-document.js';
import { severityTable } from '../severity/severity.js';

const dayMs = 86_400_000;
const types = ['prevent', 'detect', 'mitigate', 'process'];
/** How long an item of a priority may take, counted from the resolution: a day, a week, a month, a quarter. */
const daysFor: Readonly<Record<string, number>> = { P0: 1, P1: 7, P2: 30, P3: 90 };

type Proposal = Pick<ActionRow, 'id' | 'priority' | 'type' | 'title'> & { service: string | null };

function serviceOf(endpoint: string): string {
  return endpoint.split('/', 1)[0] ?? endpoint;
}

function proposals(status: StatusDocument): Proposal[] {
  const isAlerted = status.timeline.some(({ kind }) => kind === 'alert');
  // A restart puts nothing new into the world that could be tested before the next one.
  const accused = status.changes.filter(({ verdict, kind }) => verdict !== 'ruled-out-by-time' && kind !== 'restart');
  const verb = (verdict: string): string => (verdict === 'confirmed' ? 'Fix' : 'Test under load:');
  const items = [
    ...accused.map(({ ref, service, verdict }) => ({
      id: `P-change-${ref}`,
      priority: 'P0',
      type: 'prevent',
      title: `${verb(verdict)} ${ref}, before it goes out again`,
      service,
    })),
    ...status.triages.map(({ endpoint }) => ({
      id: `P-load-${endpoint}`,
      priority: 'P2',
      type: 'prevent',
      title: `Run the load test of ${endpoint} in CI before each deployment`,
      service: serviceOf(endpoint),
    })),
    ...(isAlerted ? [] : status.impact.services).map((service) => ({
      id: `P-alert-${service}`,
      priority: 'P1',
      type: 'detect',
      title: `Add an alert on error ratio and p95 of ${service} that fires within 5 min`,
      service,
    })),
  ];
  return items.filter(({ id }, index) => items.findIndex((one) => one.id === id) === index);
}

/** Items that people made, then those that we propose: state `proposed`, owned by the owner of the service where the catalog names one. */
export function actionItems(status: StatusDocument, ownerOf: (service: string) => string | null): ActionRow[] {
  const resolvedAt = status.times.ttr.to;
  const dueOf = (priority: string): string | null => {
    const days = daysFor[priority];
    return resolvedAt === null || days === undefined ? null : new Date(Date.parse(resolvedAt) + days * dayMs).toISOString().slice(0, 10);
  };
  const known = new Set(status.actions.map(({ id }) => id));
  const proposed = proposals(status)
    .filter(({ id }) => !known.has(id))
    .map(({ service, ...item }): ActionRow => {
      return { ...item, owner: service === null ? null : ownerOf(service), due: dueOf(item.priority), state: 'proposed' };
    });
  return [...status.actions, ...proposed];
}

export interface ActionFinding {
  /** Id of the item; null: of the list as a whole. */
  id: string | null;
  advice: string;
}

const nobody = /^(?:everyone|everybody|all|team|the team|someone|somebody|tbd|n\/a|-|\?)$/i;
const vague = /^(?:improve|consider|be (?:more )?careful|more monitoring|look into|think about|try to|investigate whether)\b/i;
/** First words that order something; a title that begins otherwise mostly names a wish. */
const verbs =
  /^(?:add|alert|automate|back|block|cap|change|check|configure|create|cut|decide|delete|deploy|disable|document|drop|enable|fix|give|introduce|limit|make|measure|merge|migrate|monitor|move|page|pin|prevent|publish|raise|reduce|release|remove|rename|replace|replay|require|restrict|revert|rewrite|roll|rotate|run|schedule|scale|separate|set|shorten|split|stop|switch|teach|test|train|turn|update|upgrade|use|validate|verify|write)\b/i;
/** A number, a ticket, a place or an event that shows that it is done. */
const measurable = /\d|\b[A-Z]{2,}-\d+\b|https?:|\bin CI\b|\b(?:until|before|when|so that|within|each|every)\b/;

function itemAdvice({ title, owner, due, priority, type }: ActionRow, resolvedAt: string | null): string[] {
  const advice: string[] = [];
  const days = daysFor[priority];
  if (owner === null || owner.trim() === '' || nobody.test(owner.trim().replace(/^@/, '')))
    advice.push('name one owner: a person or one team');
  if (due === null || Number.isNaN(Date.parse(due))) advice.push('give it a due date, YYYY-MM-DD');
  else if (resolvedAt !== null && days !== undefined && Date.parse(due) > Date.parse(resolvedAt) + days * dayMs)
    advice.push(`${priority} is due within ${days} d of the resolution; bring the date forward or lower the priority`);
  if (days === undefined) advice.push('set the priority to P0, P1, P2 or P3');
  if (!types.includes(type)) advice.push(`set the type to ${types.join(', ')}`);
  if (vague.test(title)) advice.push('say what will be different when it is done; wishes are never closed');
  else if (!verbs.test(title)) advice.push('begin with a verb: Add, Fix, Remove …');
  if (!measurable.test(title)) advice.push('say how one sees that it is done: a number, a ticket, a test');
  return advice;
}

/** A change that is accused and named by no item would be forgotten. */
function uncovered(status: StatusDocument, items: readonly ActionRow[]): ActionFinding[] {
  const refs = status.changes
    .filter(({ verdict, ref }) => verdict !== 'ruled-out-by-time' && !items.some(({ title }) => title.includes(ref)))
    .map(({ ref }) => ref);
  // One process serves two services: its restart is a change of both, and is told once.
  return [...new Set(refs)].map((ref) => ({ id: null, advice: `add an item for the change ${ref}, or write that it is accepted` }));
}

export function lintActions(status: StatusDocument, items: readonly ActionRow[]): ActionFinding[] {
  const resolvedAt = status.times.ttr.to;
  const missing = severityTable[status.severity].isMajor
    ? ['prevent', 'detect'].filter((type) => !items.some((one) => one.type === type))
    : [];
  return [
    ...items.flatMap((item) => itemAdvice(item, resolvedAt).map((advice) => ({ id: item.id, advice }))),
    ...missing.map((type) => ({ id: null, advice: `add at least one item of type ${type}; ${status.severity} needs prevent and detect` })),
    ...uncovered(status, items),
  ];
}
