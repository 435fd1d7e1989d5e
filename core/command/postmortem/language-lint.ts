/** Language that blames or judges instead of telling: with line and replacement. Warnings only; a person decides. */

export interface LintFinding {
  /** 1-based, in the file. */
  line: number;
  text: string;
  advice: string;
}

/** The list of the postmortem guides of PagerDuty and Etsy: blame, judgement from hindsight, belittling. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/\bcareless(?:ly|ness)?\b/i, 'say what the system allowed: "nothing prevented …"'],
  [
    /\b(?:should|could|would)(?: not|n['’]t)? have\b/i,
    'tell what happened and why it made sense then; hindsight belongs to the action items',
  ],
  [/\bfail(?:ed|s|ing)? to\b/i, 'say what was done instead: "did not …, because …"'],
  [/\bforg(?:ot|otten|et|etting)\b/i, 'say what would have reminded: "no check asked for …"'],
  [/\bhuman error\b/i, 'name the condition that made the error possible'],
  [/\b(?:at fault|fault of|(?:his|her|their|whose) fault)\b/i, 'name the condition: "… was possible because …"'],
  [/\bblam(?:e|ed|es|ing)\b/i, 'name the contributing factor'],
  [/\bobvious(?:ly)?\b/i, 'leave it out; it was not obvious to those who were there'],
  [/\bsimply\b/i, 'leave it out'],
  [/\bjust\b/i, 'leave it out'],
];

interface Situation {
  /** Person → what to call them: their role. */
  roleOf: ReadonlyMap<string, string>;
  /** Largest error ratio, 0..1; null: not known. */
  errorRatio: number | null;
  contributingFactors: number;
}

interface Line {
  line: number;
  text: string;
  section: string;
}

/** Lines that people read: no comments, no code. */
function proseOf(markdown: string): Line[] {
  const lines: Line[] = [];
  let section = '';
  let isInComment = false;
  let isInCode = false;
  for (const [index, text] of markdown.split(/\r?\n/).entries()) {
    const wasInComment = isInComment;
    if (text.includes('<!--')) isInComment = !text.slice(text.lastIndexOf('<!--')).includes('-->');
    else if (text.includes('-->')) isInComment = false;
    if (/^\s*(?:```|~~~)/.test(text)) isInCode = !isInCode;
    if (wasInComment || isInComment || isInCode || text.startsWith('<!--')) continue;
    section = /^##\s(.*)/s.exec(text)?.[1]?.trim() ?? section;
    lines.push({ line: index + 1, text, section });
  }
  return lines;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function names(text: string, person: string): boolean {
  return new RegExp(`(?<![\\p{L}\\p{N}_-])${escaped(person)}(?![\\p{L}\\p{N}_-])`, 'iu').test(text);
}

/** `Commander: alice` says the role already. */
const roleLabel = /\b(?:commander|communications|scribe|expert|owner): *[\p{L}\p{N}_.-]+/giu;

/** People are named as owners and in the list of roles, nowhere else. */
const sectionsWithNames = ['Action Items', 'Responders'];

function adviceFor({ text, section }: Line, { roleOf, errorRatio, contributingFactors }: Situation): string[] {
  const advice = phrases.flatMap(([pattern, instead]) => {
    const [found] = pattern.exec(text) ?? [];
    return found === undefined ? [] : [`"${found}": ${instead}`];
  });
  const people = sectionsWithNames.includes(section) || /^\*\*Authors\*\*/.test(text) ? [] : [...roleOf];
  const unlabelled = text.replaceAll(roleLabel, '');
  for (const [person, role] of people)
    if (names(unlabelled, person)) advice.push(`"${person}": write ${role}; the role matters, not the name`);
  if (/\boutage\b/i.test(text) && (errorRatio === null || errorRatio < 1))
    advice.push(
      `"outage": write "degradation"; ${errorRatio === null ? 'the error ratio is not known' : `at most ${Math.round(errorRatio * 100)} % of requests failed`}`,
    );
  if (/\broot cause\b/i.test(text) && contributingFactors > 1 && !text.startsWith('#'))
    advice.push(`"root cause": write "contributing factors"; ${contributingFactors} are known`);
  return advice;
}

export function lintLanguage(markdown: string, situation: Situation): LintFinding[] {
  return proseOf(markdown).flatMap((line) =>
    adviceFor(line, situation).map((advice) => ({ line: line.line, text: line.text.trim(), advice })),
  );
}
