import type { FreshBlock, FreshDocument } from '../../core/command/postmortem/blocks.js';
import * as sections from './sections.js';

export const postmortemTemplates = ['003', '004', 'both'] as const;
export type PostmortemTemplate = (typeof postmortemTemplates)[number];

interface Section {
  id: string;
  heading: string;
  render: (input: sections.PostmortemInput) => string;
  isForPeople?: true;
}

const timelineTable: Section = { id: 'timeline', heading: 'Timeline', render: sections.timelineTable };
const rootCause: Section = { id: 'root-cause', heading: 'Root Cause', render: sections.rootCause };
const wentWell: Section = { id: 'went-well', heading: 'What Went Well', render: sections.wentWell };
const factors: Section = { id: 'contributing-factors', heading: 'Contributing Factors', render: sections.contributingFactors };
const improvable: Section = { id: 'improvable', heading: 'What Could Be Improved', render: sections.improvable };
const summary: Section = { id: 'summary', heading: 'Summary', render: sections.summaryBullets };
const actionTable: Section = { id: 'actions', heading: 'Action Items', render: sections.actionTable };
const lessons: Section = { id: 'lessons', heading: 'Lessons Learned', render: sections.lessons, isForPeople: true };
const appendix: Section = { id: 'appendix', heading: 'Appendix', render: sections.appendix };
const metrics: Section = { id: 'metrics', heading: 'Metrics', render: sections.metricsTable };
const opening: Section[] = [
  { id: 'incident-summary', heading: 'Incident Summary', render: sections.summaryTable },
  { id: 'what-happened', heading: 'What Happened', render: sections.whatHappened },
];
const impact: Section = { id: 'impact', heading: 'Impact', render: sections.impact };
const wentPoorly: Section = { id: 'went-poorly', heading: 'What Went Poorly', render: sections.wentPoorly };

const templates: Readonly<Record<PostmortemTemplate, { word: string; sections: readonly Section[] }>> = {
  '003': {
    word: 'Postmortem',
    sections: [...opening, timelineTable, rootCause, impact, wentWell, wentPoorly, actionTable, lessons, appendix],
  },
  '004': {
    word: 'Post-Mortem',
    sections: [
      summary,
      { ...timelineTable, render: sections.timelineList },
      rootCause,
      factors,
      wentWell,
      improvable,
      { ...actionTable, render: sections.actionChecklist },
    ],
  },
  both: {
    word: 'Postmortem',
    sections: [
      summary,
      ...opening,
      timelineTable,
      rootCause,
      factors,
      impact,
      metrics,
      wentWell,
      wentPoorly,
      improvable,
      { ...actionTable, render: (input) => `${sections.actionTable(input)}\n\n${sections.actionChecklist(input)}` },
      lessons,
      { id: 'open-questions', heading: 'Open Questions', render: sections.openQuestion, isForPeople: true },
      appendix,
    ],
  },
};

/** The document as the record has it now, before the edits of people are merged. */
export function postmortemDocument(input: sections.PostmortemInput, template: PostmortemTemplate): FreshDocument {
  const { word, sections: chosen } = templates[template];
  const title: FreshBlock = { id: 'title', body: sections.title(input, word), isForPeople: false };
  const blocks = chosen.map(({ id, heading, render, isForPeople = false }) => ({
    id,
    body: `## ${heading}\n\n${render(input)}`,
    isForPeople,
  }));
  return { kind: 'postmortem', subject: input.status.id, blocks: [title, ...blocks] };
}

/** Headings of a finished file, including those that people wrote. */
export function headingsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^## (.*)/gm)].map(([, heading = '']) => heading.trim());
}
