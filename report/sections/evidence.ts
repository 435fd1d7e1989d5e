import type { ReportInput } from '../report-input.js';
import { code, paragraph, table, type Block, type Rich, type Section } from '../rich-text.js';
import { bytes, dateTime, duration } from '../words.js';

export function evidenceSection({ incident }: ReportInput): Section {
  const rows = incident.evidence.map(({ id, kind, summary, artifact }): Rich[] => [
    [id],
    [kind],
    [summary],
    artifact === null ? [] : [code(artifact)],
  ]);
  const blocks: Block[] =
    rows.length === 0
      ? [paragraph(['Nothing was captured.'])]
      : [table('Evidence', ['Id', 'Kind', 'What it shows', 'Artifact'], rows, { rowEvidence: incident.evidence.map(({ id }) => id) })];
  return {
    id: 'evidence',
    title: 'Evidence',
    blocks: [...blocks, ...artifactBlocks(incident.artifacts), paragraph([timingText(incident.timing)])],
  };
}

function artifactBlocks(artifacts: ReportInput['incident']['artifacts']): Block[] {
  const rows = artifacts.map(({ name, kind, sizeBytes, path }): Rich[] => [[code(name)], [kind], [bytes(sizeBytes)], [code(path)]]);
  return rows.length === 0 ? [] : [table('Artifacts', ['Artifact', 'Kind', '>Size', 'Path in the artifact store'], rows)];
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
