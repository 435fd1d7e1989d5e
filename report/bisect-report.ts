import type { BisectAnswer } from '../core/model/bisect.js';

/** The answer of a bisect in Markdown: one screen, the culprit first. */
export function renderBisectReport(answer: BisectAnswer): string {
  const lines = ['## Commit bisect', '', headline(answer), ''];
  if (answer.culprit !== null) {
    const { commit, subject, author, date, files } = answer.culprit;
    lines.push(
      `- Commit: \`${commit}\`${answer.mergedBy === null ? '' : `, merged by \`${answer.mergedBy}\``}`,
      `- Subject: ${plain(subject)}`,
      `- Author: ${plain(author)}, ${date}`,
    );
    lines.push(
      `- Files: ${files
        .slice(0, 20)
        .map((file) => `\`${file.replaceAll('`', '')}\``)
        .join(', ')}${files.length > 20 ? ` and ${files.length - 20} more` : ''}`,
    );
  }
  if (answer.effect !== null) lines.push(`- Effect on ${answer.metric}: ${ratio(answer.effect)} times its parent (measured)`);
  if (answer.bracket !== null)
    lines.push(`- Bad ÷ good: ${ratio(answer.bracket)}; a change of ${answer.bracket.minDetectable.toFixed(2)} times would have shown`);
  lines.push(
    `- Spent: ${answer.runs} runs, ${answer.builds} builds; skipped ${answer.skipped.length === 0 ? 'none' : answer.skipped.map((entry) => `${entry.commit.slice(0, 12)} (${entry.reason})`).join(', ')}`,
  );
  for (const other of answer.otherCulprits) lines.push(`- Also: \`${other.commit}\`, ${ratio(other.effect)} times its parent`);
  for (const reason of answer.reasons) lines.push(`- ${plain(reason)}`);
  lines.push(...growthTable(answer));
  const chart = answer.posteriorByCommit.filter((entry) => entry.probability >= 0.005);
  if (chart.length > 0) {
    lines.push('', '| commit | subject | posterior |', '|---|---|---|');
    lines.push(
      ...chart.map(
        (entry) =>
          `| ${entry.commit.slice(0, 12)} | ${plain(entry.subject)} | ${'█'.repeat(Math.max(1, Math.round(entry.probability * 20)))} ${(entry.probability * 100).toFixed(1)} % |`,
      ),
    );
  }
  lines.push('', `**Next:** ${next(answer)}`, '');
  return lines.join('\n');
}

const mostFunctions = 5;

function growthTable({ profileDiff }: BisectAnswer): string[] {
  if (profileDiff === null || profileDiff.functions.length === 0) return [];
  const rows = profileDiff.functions.slice(0, mostFunctions).map(({ frame, module, line, category, beforeMs, afterMs }) => {
    const place = line === null ? module : `${module}:${line}`;
    return `| ${plain(frame)} | ${plain(place)} | ${category} | ${beforeMs.toFixed(2)} | ${afterMs.toFixed(2)} |`;
  });
  return ['', '| grew | where | in | parent, ms CPU a request | culprit |', '|---|---|---|---|---|', ...rows];
}

function headline(answer: BisectAnswer): string {
  const sure = answer.posterior === null ? '' : ` (posterior ${answer.posterior >= 0.99 ? 'above 0.99' : answer.posterior.toFixed(2)})`;
  switch (answer.outcome) {
    case 'culprit':
      return `**Culprit:** \`${answer.culprit?.commit.slice(0, 12) ?? '?'}\`${sure}`;
    case 'range':
      return `**Range:** after \`${answer.range?.[0].slice(0, 12) ?? '?'}\` up to \`${answer.range?.[1].slice(0, 12) ?? '?'}\`${sure}`;
    case 'no-regression':
      return '**No regression** between good and bad.';
    case 'not-in-code':
      return '**Not in the code:** the good commit is slow now, too.';
    case 'inconclusive':
      return '**Inconclusive.**';
  }
}

function next(answer: BisectAnswer): string {
  switch (answer.outcome) {
    case 'culprit':
      return 'revert the commit or fix it, then re-run the confirmation of the incident.';
    case 'range':
      return 'read the diff of the range, or make its skipped commits build, and run again.';
    case 'not-in-code':
      return 'look at data volume, configuration, infrastructure and dependencies that changed outside the repository.';
    case 'no-regression':
    case 'inconclusive':
      return 'give a good commit that is known to have been fast, or a longer load, and run again.';
  }
}

function ratio(value: { ratio: number; ci: [number, number] }): string {
  return `${value.ratio.toFixed(2)} [${value.ci[0].toFixed(2)}, ${value.ci[1].toFixed(2)}]`;
}

function plain(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[|`<>*_[\]\\]/g, '\\$&');
}
