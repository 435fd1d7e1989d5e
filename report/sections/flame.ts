import type { ProfileLeaf, ProfileSummary, RequestTrace } from '../../core/model/profile.js';
import type { ReportInput } from '../report-input.js';
import { bullets, code, fold, join, paragraph, rich, strong, table, warning, type Block, type Rich, type Section } from '../rich-text.js';
import { count, duration, milliseconds, percent, plural, shareWithInterval } from '../words.js';

/** The first few are the finding; readers look up the others. */
const shownLeaves = 3;
const listedLeaves = 8;
/** Only the artifact lists leaves below one sample in a hundred. */
const smallestShare = 0.01;

export function flameSection(input: ReportInput): Section {
  return { id: 'flame', title: 'Flame graph findings', blocks: [...profileBlocks(input), ...blockerBlocks(input.trace)] };
}

function profileBlocks(input: ReportInput): Block[] {
  const { profile } = input;
  if (profile === null) return [paragraph(whyNoProfile(input))];
  const failed = profile.quality.checks.filter((check) => !check.ok).map((check) => check.detail);
  if (profile.quality.verdict === 'rejected') {
    return [
      paragraph([describeProfile(profile)]),
      warning(rich`${strong('Rejected profile')}: ${failed.join('; ') || 'a quality check failed'}. No hot path is named from it.`),
    ];
  }
  return [
    paragraph([describeProfile(profile)]),
    ...(failed.length > 0 ? [warning(rich`${strong('Low confidence')}: ${failed.join('; ')}.`)] : []),
    ...leafTable(profile),
    ...tieBlocks(profile),
    ...categoryBlocks(profile),
  ];
}

function whyNoProfile({ incident }: ReportInput): Rich {
  const { confirmation, missingEvidence } = incident;
  if (confirmation === null || confirmation.verdict !== 'confirmed') return ['No profile is read unless the symptom is confirmed.'];
  const row = missingEvidence.find(({ id, what }) => /profil/i.test(id) || /profil/i.test(what));
  if (row === undefined) return ['No profile was captured, so no hot path is named.'];
  return [`No profile was captured, so no hot path is named: ${row.why}.`];
}

function describeProfile({ kind, format, samples, durationMs, idleShare, quality }: ProfileSummary): string {
  const name = kind === 'unknown' ? 'Profile of unknown kind' : `${kind === 'cpu' ? 'CPU' : kind} profile`;
  const taken = samples === null ? 'number of samples unknown' : `${count(samples)} samples`;
  const parts = [
    taken + (durationMs === null ? '' : ` in ${duration(durationMs)}`),
    ...(idleShare === null ? [] : [`${percent(idleShare)} idle (left out)`]),
    ...(quality.verdict === 'good' ? [] : [`quality ${quality.verdict}`]),
  ];
  return `${name} (${format}): ${parts.join(', ')}. Ranked by self time.`;
}

function leafTable(profile: ProfileSummary): Block[] {
  const leaves = profile.leaves.filter((leaf, index) => index === 0 || leaf.selfShare >= smallestShare).slice(0, listedLeaves);
  if (leaves.length === 0) return [paragraph(['The profile holds no busy sample.'])];
  const isTie = profile.leaders.length > 1;
  const rank = (leaf: ProfileLeaf, index: number): string =>
    isTie && profile.leaders.includes(leaf.frame) ? '1 (tie)' : String(index + 1);
  const rows = leaves.map((leaf, index): Rich[] => [
    [rank(leaf, index)],
    [shareWithInterval(leaf.selfShare, leaf.ci)],
    describeLeaf(leaf),
    [leaf.category],
  ]);
  const titles = ['>Rank', '>Sample share (95 %)', 'Stack (leaf)', 'Category'];
  const lesser = rows.slice(shownLeaves);
  return [
    table('Functions by self share of the profile, with 95 % intervals', titles, rows.slice(0, shownLeaves)),
    ...fold([plural(lesser.length, 'more function')], lesser.length === 0 ? [] : [table('Functions of lesser share', titles, lesser)]),
  ];
}

function describeLeaf({ frame, module, line, applicationFrame }: ProfileLeaf): Rich {
  const place = (file: string, at: number | null): string => (file === '' ? '' : at === null ? file : `${file}:${at}`);
  const where = place(module, line);
  const here: Rich = where === '' ? [code(frame)] : [code(frame), ' ', code(where)];
  if (applicationFrame === null || (applicationFrame.name === frame && applicationFrame.module === module)) return here;
  const caller = place(applicationFrame.module, applicationFrame.line);
  return [...here, ' called by ', code(applicationFrame.name), ...(caller === '' ? [] : [' ', code(caller)])];
}

function tieBlocks({ leaders, samples }: ProfileSummary): Block[] {
  if (leaders.length < 2) return [];
  const names = join(
    leaders.slice(0, 5).map((frame): Rich => [code(frame)]),
    ', ',
  );
  const more = leaders.length > 5 ? ` and ${leaders.length - 5} more` : '';
  const why = samples === null ? 'without a number of samples they cannot be told apart' : 'their 95 % intervals overlap';
  return [paragraph(rich`${strong('Tie')}: ${names}${more}; ${why}, so none leads.`)];
}

function categoryBlocks({ categories }: ProfileSummary): Block[] {
  const shown = categories.filter(({ share }) => share >= smallestShare).slice(0, 6);
  if (shown.length === 0) return [];
  return [paragraph(rich`By category: ${shown.map(({ category, share }) => `${category} ${percent(share)}`).join(' · ')}`)];
}

function blockerBlocks(trace: RequestTrace | null): Block[] {
  const blockers = (trace?.blockers ?? []).filter(({ share }) => share >= smallestShare).slice(0, 3);
  return bullets(
    blockers.map((blocker): Rich => {
      const frame = blocker.applicationFrame?.name ?? blocker.frame;
      const routes = blocker.routes.length === 0 ? [] : rich` while ${code(blocker.routes.slice(0, 3).join(', '))} was open`;
      return rich`Event loop held by ${code(frame)}: ${plural(blocker.count, 'time')}, for up to ${milliseconds(blocker.longestMs)}, ${percent(blocker.share)} of the window${routes}`;
    }),
  );
}
