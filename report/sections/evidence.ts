import type { ReportInput } from '../report-input.js';
import { artifactName, code, fold, paragraph, rich, table, typed, type Block, type Rich, type Section } from '../rich-text.js';
import { toOneLine } from '../foreign-text.js';
import { shellWord } from '../shell-word.js';
import { heaviestStatements } from './queries.js';
import { bytes, dateTime, duration, plural } from '../words.js';

export function evidenceSection(input: ReportInput): Section {
  const { incident } = input;
  const rows = incident.evidence.map(({ id, kind, summary, artifact }): Rich[] => [
    [id],
    [kind],
    [withoutToldStatement(summary, input)],
    artifact === null ? [] : [code(artifact)],
  ]);
  const all = table('Evidence', ['Id', 'Kind', 'What it shows', 'Artifact'], rows, { rowEvidence: incident.evidence.map(({ id }) => id) });
  const first = incident.evidence[0]?.id ?? '';
  const last = incident.evidence.at(-1)?.id ?? '';
  const range = rows.length === 1 ? first : `${first} to ${last}`;
  return {
    id: 'evidence',
    title: 'Evidence',
    blocks: [
      ...(rows.length === 0 ? [paragraph(['Nothing was captured.'])] : fold([`${range}: what each shows, and where it is`], [all])),
      ...artifactBlocks(incident),
      paragraph([timingText(incident.timing)]),
    ],
  };
}

/** A statement is recognised by this many characters. */
const tellingStart = 40;

/** The statement is printed under the slow queries; here it would be read a second time. */
function withoutToldStatement(summary: string, input: ReportInput): string {
  for (const { statement } of heaviestStatements(input)) {
    const start = toOneLine(statement.text).slice(0, tellingStart);
    const at = start.length < tellingStart ? -1 : summary.indexOf(`: ${start}`);
    if (at >= 0) return `${summary.slice(0, at)} (its text is told above)`;
  }
  return summary;
}

function artifactBlocks({ artifacts, incidentId }: ReportInput['incident']): Block[] {
  const rows = artifacts.map(({ name, kind, sizeBytes, path }): Rich[] => [[artifactName(name)], [kind], [bytes(sizeBytes)], [code(path)]]);
  const example = artifacts.find(({ kind }) => kind === 'profile') ?? artifacts[0];
  if (example === undefined) return [];
  const command = typed(
    `perf-responder report ${shellWord(incidentId)} --artifact ${shellWord(example.name)} --output ${shellWord(example.name)}`,
  );
  return fold(
    [`${plural(artifacts.length, 'artifact')}: ${[...new Set(artifacts.map(({ kind }) => kind))].join(', ')}`],
    [
      paragraph(rich`To get one by its name: ${command}`),
      table('Artifacts', ['Artifact', 'Kind', '>Size', 'Path in the artifact store'], rows),
    ],
  );
}

/** `Accepted …; report ready 38.1 s later, of which 35 s were the load window.` */
export function timingText({ acceptedAt, loadWindowMs, reportReadyMs }: ReportInput['incident']['timing']): string {
  const ready = reportReadyMs === null ? '' : `; report ready ${duration(reportReadyMs)} later`;
  const window =
    loadWindowMs === null
      ? ''
      : `${ready === '' ? '; load window' : ', of which'} ${duration(loadWindowMs)}${ready === '' ? '' : ' were the load window'}`;
  return `Accepted ${dateTime(acceptedAt)}${ready}${window}.`;
}
