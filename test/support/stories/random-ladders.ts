/** Random incidents for the ladders, and what must be paged in each of them, worked out by plain sums that share no code with the product. */
import type { PagingLevel } from '../../../core/command/ladder/paging-plan.js';
import type { OnCallSchedule } from '../../../core/command/oncall/schedule.js';
import { severities, type Severity } from '../../../core/command/severity/severity.js';

export const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** Pages are due at whole minutes of their incident; answers come so long after one. */
export const pastPage = 45_000;

/** Who has duty when: by turns of a day, or by stretches with holes between them. An override goes before either. */
interface Duty {
  turns: { people: string[]; handOverMinute: number } | null;
  stretches: { fromMs: number; toMs: number; person: string }[];
  override: { fromMs: number; toMs: number; person: string } | null;
}

export interface LadderCase {
  index: number;
  severity: Severity;
  startAfterMs: number;
  respondWithinMs: number;
  levels: PagingLevel[];
  duties: Record<string, Duty>;
  ackTimeoutMs: number;
  /** After the start; a quarter of a minute before a page could be due. */
  acknowledgeAfterMs: number | null;
  /** After the ladder began anew; only where the first acknowledgement was forgotten. */
  acknowledgeAgainAfterMs: number | null;
  resolveAfterMs: number;
}

/** The same sequence for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function randomDuty(random: () => number, name: string, aroundMs: number): Duty {
  const pick = (below: number): number => Math.floor(random() * below);
  const isTurns = random() < 0.5;
  const people = Array.from({ length: 1 + pick(3) }, (_, index) => `${name}-p${index}`);
  const stretches = isTurns
    ? []
    : Array.from({ length: 6 }, (_, index) => {
        const fromMs = aroundMs + index * 60 * minuteMs;
        // Some end before the next one begins: then nobody is on call.
        return { fromMs, toMs: fromMs + (random() < 0.4 ? 20 + pick(30) : 60) * minuteMs, person: `${name}-s${index}` };
      });
  const from = aroundMs + pick(180) * minuteMs;
  const override = random() < 0.3 ? { fromMs: from, toMs: from + (10 + pick(60)) * minuteMs, person: `${name}-o` } : null;
  return { turns: isTurns ? { people, handOverMinute: pick(1440) } : null, stretches, override };
}

export function randomCase(random: () => number, index: number, nowMs: number): LadderCase {
  const pick = (below: number): number => Math.floor(random() * below);
  const minutes = (least: number, most: number): number => (least + pick(most - least + 1)) * minuteMs;
  const levels = Array.from({ length: 1 + pick(4) }, (_, at): PagingLevel => ({
    level: `L${at + 1}`,
    role: 'Engineer',
    afterMs: at === 0 && random() < 0.7 ? 0 : minutes(1, 20),
    repeat: random() < 0.5 ? 0 : pick(4),
    notify: [`inc${index}-l${at + 1}`],
    severities: random() < 0.8 ? null : severities.filter(() => random() < 0.6),
  }));
  const duties = Object.fromEntries(levels.flatMap(({ notify }) => notify).map((name) => [name, randomDuty(random, name, nowMs)]));
  const isAcknowledged = random() < 0.75;
  const isForgotten = isAcknowledged && random() < 0.4;
  return {
    index,
    severity: severities[pick(severities.length)] ?? 'SEV2',
    startAfterMs: minutes(0, 60),
    respondWithinMs: minutes(1, 15),
    levels,
    duties,
    ackTimeoutMs: isForgotten ? minutes(15, 40) : dayMs,
    acknowledgeAfterMs: isAcknowledged ? minutes(0, 45) + pastPage : null,
    acknowledgeAgainAfterMs: isForgotten && random() < 0.6 ? minutes(0, 20) + pastPage : null,
    resolveAfterMs: minutes(150, 200) + pastPage,
  };
}

/** The duty as the product's schedule. */
export function scheduleOf(name: string, { turns, stretches, override }: Duty): OnCallSchedule {
  const clock = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  const layer =
    turns === null
      ? ({
          kind: 'calendar',
          shifts: stretches.map(({ fromMs, toMs, person }) => ({ startMs: fromMs, endMs: toMs, people: [person], priority: 0 })),
        } as const)
      : ({
          kind: 'rotation',
          period: { unit: 'days', count: 1 },
          handOverTime: clock(turns.handOverMinute),
          handOverWeekday: null,
          start: '2026-01-01',
          people: turns.people,
        } as const);
  const overrides = override === null ? [] : [{ startMs: override.fromMs, endMs: override.toMs, person: override.person }];
  return { name, timezone: 'UTC', layers: [layer], overrides };
}

function onDuty({ turns, stretches, override }: Duty, atMs: number): string | null {
  if (override !== null && override.fromMs <= atMs && atMs < override.toMs) return override.person;
  if (turns === null) return stretches.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)?.person ?? null;
  const since = atMs - (Date.UTC(2026, 0, 1) + turns.handOverMinute * minuteMs);
  const turn = Math.floor(since / dayMs);
  const count = turns.people.length;
  return turns.people[((turn % count) + count) % count] ?? null;
}

export interface ExpectedPage {
  level: string;
  person: string;
  atMs: number;
}

/** Every page of a ladder that nobody stops, from the moment at which it begins. `first` is when its first level is due. */
export function expectedPages(given: LadderCase, begin: { atMs: number; isAnew: boolean }): ExpectedPage[] {
  const pages: ExpectedPage[] = [];
  let atMs = begin.atMs;
  let isFirst = true;
  let isSkipped = false;
  for (const { level, afterMs, repeat, notify, severities: only } of given.levels) {
    if (only !== null && !only.includes(given.severity)) continue;
    // A ladder that begins anew pages at once; a level after an empty one is due at the empty one's moment.
    if (!(isFirst && begin.isAnew) && !isSkipped) atMs += afterMs;
    isFirst = false;
    isSkipped = false;
    for (let attempt = 0; attempt <= repeat; attempt += 1) {
      if (attempt > 0) atMs += afterMs > 0 ? afterMs : given.respondWithinMs;
      const person = onDuty(given.duties[notify[0] ?? ''] ?? { turns: null, stretches: [], override: null }, atMs);
      if (person === null) {
        isSkipped = true;
        break;
      }
      pages.push({ level, person, atMs });
    }
  }
  return pages;
}
