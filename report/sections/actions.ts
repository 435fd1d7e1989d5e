import type { Cause, Remedy } from '../../core/model/cause.js';
import type { Incident } from '../../core/model/incident.js';
import { shorten, toOneLine } from '../foreign-text.js';
import type { ReportInput } from '../report-input.js';
import { cite, code, emphasis, rich, strong, typed, type ListItem, type Rich, type Section } from '../rich-text.js';
import { shellWord } from '../shell-word.js';
import { milliseconds, sentence, times } from '../words.js';
import { gapToldAbove, isEndedAtOnce } from './next-step.js';
import { brokenBySilence, budgetLines } from './symptom.js';

const statementLimit = 1000;
/** Remedies whose text is typed into a prompt; the others are instructions for people. */
const typedKinds = new Set<Remedy['kind']>(['create-index', 'analyze-table', 'terminate-blocker']);

export function rerunCommand(incident: Pick<Incident, 'incidentId'>): string {
  return `perf-responder rerun ${shellWord(incident.incidentId)}`;
}

export function triageCommand(incident: Pick<Incident, 'endpoint'>): string {
  return `perf-responder triage ${shellWord(incident.endpoint)}`;
}

/** ` (*estimated* from the latency account)`: the gain with its basis, which is named once even if the text of the gain names it, too. */
export function expectedGain({ expected, basis }: Remedy): Rich {
  const [, gain = expected, said = '', source = '', advice = ''] =
    /^(.*\S) \((estimated|measured)( [^()]*)?\)(; .*)?$/.exec(expected) ?? [];
  if (basis === 'none') return rich`${expected === '' ? 'unknown' : expected} (${emphasis('no estimate')})`;
  return said === basis ? rich`${gain} (${emphasis(basis)}${source})${advice}` : rich`${expected} (${emphasis(basis)})`;
}

/** The instruction itself, as code when it is typed. */
export function remedyText(remedy: Remedy): Rich {
  const statement = toOneLine(remedy.statement);
  return typedKinds.has(remedy.kind) ? [typed(statement)] : [sentence(shorten(statement, statementLimit))];
}

export function actionsSection({ incident }: ReportInput): Section {
  const items = [
    ...incident.causes.map((cause, index) => remedyItem(cause, index === 0 && incident.outcome !== 'resolved')),
    ...commitItems(incident),
    ...(incident.causes.length === 0 ? incident.missingEvidence.map((row) => captureItem(row, row === gapToldAbove(incident))) : []),
    rerunItem(incident),
  ];
  return { id: 'actions', title: 'Recommended actions (ordered by impact)', blocks: [{ kind: 'list', isOrdered: true, items }] };
}

function kindTitle(kind: string): string {
  return kind.replaceAll('-', ' ').replace(/^./, (first) => first.toUpperCase());
}

/** The first remedy is spelled out under *Do now*; the same statement twice would look like two. */
function remedyItem({ id, remedy, evidence }: Cause, isToldAbove: boolean): ListItem {
  if (remedy.kind === 'none')
    return {
      text: rich`No remedy can be named for ${code(id)} before its defect is known; what would show it is under ${emphasis('Do now')}.${cite(evidence)}`,
      details: [],
    };
  return {
    text: isToldAbove
      ? rich`${strong(kindTitle(remedy.kind))}, as spelled out under ${emphasis('Do now')}.`
      : rich`${strong(kindTitle(remedy.kind))}: ${remedyText(remedy)}`,
    details: [rich`Expected delta: ${expectedGain(remedy)}${cite(evidence)}`],
  };
}

/** What to do about the commit. It is measured, so it comes before evidence that is still missing. */
function commitItems({ bisect }: Incident): ListItem[] {
  if (bisect?.outcome !== 'culprit' || bisect.culprit === null) return [];
  const { culprit, effect } = bisect;
  const from = effect === null ? '' : `from ${times(effect.ratio)} its parent `;
  return [
    {
      text: rich`${strong('Revert or fix')} ${code(culprit.commit.slice(0, 12))} ${code(culprit.subject)} by ${culprit.author}`,
      details: [rich`Expected delta: ${from}back to what its parent measured (${emphasis('measured')})`],
    },
  ];
}

/** The first is spelled out under *Do now*; *Missing evidence* says what each lacks. */
function captureItem({ what }: Incident['missingEvidence'][number], isToldAbove: boolean): ListItem {
  const where = emphasis(isToldAbove ? 'Do now' : 'Missing evidence');
  return { text: rich`${strong('Get the missing evidence')}: ${what}, as told under ${where}.`, details: [] };
}

function rerunItem(incident: Incident): ListItem {
  const text = rich`${strong('Re-run the confirmation')}: ${typed(rerunCommand(incident))}`;
  if (isEndedAtOnce(incident)) {
    return {
      text,
      details: [
        rich`This incident is over, so nothing waits for that; start a new one: ${typed(triageCommand(incident))} (${emphasis('measured')} when it ran)`,
      ],
    };
  }
  return { text, details: [...goal(incident), ...lastMeasured(incident)] };
}

function goal({ confirmation }: Incident): Rich[] {
  if (confirmation === null) return [];
  const broken = budgetLines(confirmation).filter((line) => line.budget !== null && confirmation.broken.includes(line.id));
  const target =
    broken.length === 0
      ? 'every threshold passes'
      : broken
          .map(
            (line) => `${line.name} is within ${line.budget ?? ''} (${brokenBySilence(confirmation, line) ?? `it was ${line.observed}`})`,
          )
          .join(', ');
  // Running it again changes nothing by itself; its result is the proof.
  return [rich`Expected delta: none by itself, it proves the change. Resolved when ${target} under the same load.`];
}

function lastMeasured({ reruns }: Incident): Rich[] {
  const last = reruns.at(-1);
  if (last === undefined) return [];
  const ratio = last.ratio === null ? '' : ` (${times(last.ratio)})`;
  return [
    rich`Last one: p95 ${milliseconds(last.before.p95Ms)} → ${milliseconds(last.after.p95Ms)}${ratio}, ${last.verdict} (${emphasis('measured')})`,
  ];
}
