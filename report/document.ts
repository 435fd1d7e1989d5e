import type { ReportInput } from './report-input.js';
import type { Rich, Section } from './rich-text.js';
import { timeSection } from './sections/accounting.js';
import { actionsSection } from './sections/actions.js';
import { causeSection } from './sections/cause.js';
import { ruledOutSection } from './sections/ruled-out.js';
import { bisectSection } from './sections/bisect.js';
import { escalationSection, missingSection } from './sections/escalation.js';
import { evidenceSection } from './sections/evidence.js';
import { failuresLine } from './sections/failures.js';
import { flameSection } from './sections/flame.js';
import { queriesSection } from './sections/queries.js';
import { rerunsSection } from './sections/reruns.js';
import { loadLine, symptomLine } from './sections/symptom.js';
import { verdictOf, type Verdict } from './sections/verdict.js';
import { shortBlock, shortRich } from './short-paths.js';
import { sourcePaths } from './source-paths.js';
import { dateTime } from './words.js';

export interface ReportDocument {
  endpoint: string;
  time: string;
  verdict: Verdict;
  /** `**label** text` lines above the sections. */
  lead: { label: string; text: Rich }[];
  sections: Section[];
}

/** The words of the report, in the same order for every renderer. */
export function createReport(input: ReportInput): ReportDocument {
  const sections = [
    timeSection(input),
    flameSection(input),
    queriesSection(input),
    causeSection(input),
    ruledOutSection(input),
    actionsSection(input),
    escalationSection(input),
    missingSection(input),
    rerunsSection(input),
    bisectSection(input),
    evidenceSection(input),
  ];
  const paths = sourcePaths(input);
  const short = <T extends { text: Rich }>(line: T): T => ({ ...line, text: shortRich(line.text, paths) });
  const verdict = verdictOf(input);
  const failures = failuresLine(input);
  return {
    endpoint: input.incident.endpoint,
    time: dateTime(input.incident.timing.acceptedAt),
    verdict: { ...verdict, headline: shortRich(verdict.headline, paths), rows: verdict.rows.map(short) },
    lead: [
      ...(failures === null ? [] : [{ label: 'Failures:', text: failures }]),
      { label: 'Symptom confirmed:', text: symptomLine(input) },
      { label: 'k6 run:', text: loadLine(input) },
    ].map(short),
    sections: sections.flatMap((section) =>
      section === null ? [] : { ...section, blocks: section.blocks.map((block) => shortBlock(block, paths)) },
    ),
  };
}
