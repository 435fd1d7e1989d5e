import { causeTitle } from '../../core/model/cause-titles.js';
import type { Incident } from '../../core/model/incident.js';
import type { RuledOut } from '../../core/model/cause.js';
import type { ReportInput } from '../report-input.js';
import { bullets, cite, code, fold, paragraph, rich, type Block, type Rich, type Section } from '../rich-text.js';
import { plural } from '../words.js';
import { titled } from './cause.js';

/**
 * Only what was disproved counts as ruled out; a consequence was found, and goes away with its cause. Older rows without this distinction are disproofs.
 */
export function sortRuledOut(rows: readonly RuledOut[]): {
  disproved: RuledOut[];
  consequences: RuledOut[];
  lesser: RuledOut[];
} {
  return {
    disproved: rows.filter(({ kind }) => kind !== 'consequence' && kind !== 'lesser'),
    consequences: rows.filter(({ kind }) => kind === 'consequence'),
    lesser: rows.filter(({ kind }) => kind === 'lesser'),
  };
}

/** Two lists that must not be mixed up: causes that a measurement contradicts, and findings that follow from another cause. */
export function ruledOutSection({ incident }: ReportInput): Section {
  const { disproved, consequences, lesser } = sortRuledOut(incident.ruledOut);
  const { notJudged = [] } = incident;
  const blocks: Block[] = [
    ...fold(listing('found beside it, too small to be named', lesser), bullets(lesser.map(describeLesser))),
    ...fold(listing('disproved', disproved), bullets(disproved.map(describeDisproof))),
    ...fold(listing('not a cause of its own', consequences), bullets(consequences.map(describeConsequence))),
    ...fold([`${plural(notJudged.length, 'cause')} not judged, because their evidence was not captured`], bullets(notJudgedRows(incident))),
  ];
  const none = [paragraph(['No cause was examined and ruled out.'])];
  return { id: 'ruled-out', title: 'Ruled out', blocks: blocks.length === 0 ? none : blocks };
}

/** `2 disproved: missing index, slow dependency`. */
function listing(what: string, rows: readonly RuledOut[]): Rich {
  const names = [...new Set(rows.map(({ id }) => causeTitle(id)))];
  return [`${rows.length} ${what}: ${names.join(', ')}`];
}

function describeDisproof({ id, reason, evidence, kind }: RuledOut): Rich {
  return rich`${titled(id)}: ${kind === undefined ? '' : 'disproved, because '}${reason}${cite(evidence)}`;
}

function describeLesser({ id, reason, evidence }: RuledOut): Rich {
  return rich`${titled(id)}: ${reason}${cite(evidence)}`;
}

function describeConsequence({ id, reason, evidence, consequenceOf }: RuledOut): Rich {
  const of: Rich = consequenceOf === undefined ? ['a consequence'] : rich`a consequence of ${code(consequenceOf)}`;
  return rich`${titled(id)}: ${of}: ${reason}${cite(evidence)}`;
}

/** Causes that could not be judged, one row for each thing that they lack. */
function notJudgedRows({ notJudged = [] }: Incident): Rich[] {
  const byLack = new Map<string, string[]>();
  for (const { id, needs } of notJudged) {
    const lack = needs.join(' and ');
    byLack.set(lack, [...(byLack.get(lack) ?? []), id]);
  }
  return [...byLack].map(([lack, ids]): Rich => rich`without ${lack}: ${ids.join(', ')}`);
}
