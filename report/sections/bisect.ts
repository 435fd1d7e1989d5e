import type { BisectSummary } from '../../core/model/bisect.js';
import type { Incident } from '../../core/model/incident.js';
import type { ReportInput } from '../report-input.js';
import { bullets, code, paragraph, rich, strong, typed, type Rich, type Section } from '../rich-text.js';
import { plural } from '../words.js';
import { rerunCommand } from './actions.js';
import { shellWord } from '../shell-word.js';
import { changeSentence } from './change.js';

const mostFiles = 8;

/** The bisector's answer, or that it is searching; null when nobody asked it. */
export function bisectSection({ incident }: ReportInput): Section | null {
  const { bisect, bisectId } = incident;
  if (bisect === null && bisectId === undefined) return null;
  const blocks =
    bisect === null
      ? [
          paragraph(
            rich`The commit bisector searches for it now; its answer comes into this report. To follow it: ${typed(`perf-responder bisect ${shellWord(bisectId ?? '')}`)}`,
          ),
        ]
      : [paragraph(rich`${strong(...changeSentence(bisect))} (workflow ${code(bisect.workflowId)})`), ...bullets(rows(bisect, incident))];
  return { id: 'bisect', title: 'Introducing change', blocks };
}

function rows(bisect: BisectSummary, incident: Incident): Rich[] {
  const { culprit, range, reasons } = bisect;
  // This incident is what was handed over, and its reader knows it.
  const own = reasons.filter((reason) => !reason.startsWith('handed over'));
  return [
    ...(culprit === null ? [] : [rich`Commit: ${code(culprit.commit)}, ${culprit.date}`, ...filesRow(culprit.files)]),
    ...(range === null ? [] : [rich`Range: after ${code(range[0].slice(0, 12))}, up to ${code(range[1].slice(0, 12))}`]),
    ...own.map((reason): Rich => [reason]),
    rich`${strong('Next:')} ${nextStep(bisect, incident)}`,
  ];
}

function filesRow(files: readonly string[]): Rich[] {
  if (files.length === 0) return [];
  const more = files.length > mostFiles ? ` and ${plural(files.length - mostFiles, 'more file')}` : '';
  return [rich`Files: ${code(files.slice(0, mostFiles).join(', '))}${more}`];
}

/** The one thing to do about the answer. */
export function nextStep({ outcome, culprit, range }: BisectSummary, incident: Pick<Incident, 'incidentId' | 'endpoint'>): Rich {
  if (outcome === 'culprit' && culprit !== null) {
    const short = culprit.commit.slice(0, 12);
    const revert = culprit.isMerge === true ? `git revert -m 1 ${short}` : `git revert ${short}`;
    return rich`revert it (${typed(revert)}) or fix it, deploy, then prove it: ${typed(rerunCommand(incident))}`;
  }
  if (outcome === 'range' && range !== null) {
    const between = `git log -p ${range[0].slice(0, 12)}..${range[1].slice(0, 12)}`;
    return rich`read what changed (${typed(between)}), or make its skipped commits run and search again`;
  }
  if (outcome === 'not-in-code')
    return ['look at what changed outside of the repository: data volume, configuration, infrastructure, dependencies'];
  return rich`search again with a commit that is known to have been fast: ${typed(`perf-responder bisect ${shellWord(incident.endpoint)} --good REV`)}`;
}
