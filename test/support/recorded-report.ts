import { join } from 'node:path';
import { readEvidence } from '../../adapters/artifacts/evidence-folder.js';
import { judgement } from '../../core/diagnosis/judgement.js';
import { documentReader } from '../../core/evidence/document.js';
import { judgeEvidence } from '../../core/evidence/judge-evidence.js';
import { databasesDocument } from '../../core/evidence/kinds/databases.js';
import { flameDocument, profileDocument, traceDocument } from '../../core/evidence/kinds/profile.js';
import { scanDocument } from '../../core/evidence/kinds/query-scan.js';
import { serviceDocument } from '../../core/evidence/kinds/service.js';
import { standingDocument } from '../../core/evidence/kinds/standing.js';
import { recordedEvidence } from '../../lab/cases/record-evidence.js';
import type { ReportInput } from '../../report/report-input.js';

/** Over how long requests were looked for where they stand; null where nobody looked. The report's own documents do not hold it. */
export async function recordedStandingMs(name: string): Promise<number | null> {
  const { documents } = await readEvidence(join(recordedEvidence(), name));
  return documentReader(documents, name)(standingDocument)?.windowMs ?? null;
}

/** What the report of a recorded window would be made of, judged by the rules of today. */
export async function recordedReport(name: string): Promise<ReportInput> {
  const content = await readEvidence(join(recordedEvidence(), name));
  const { manifest } = content;
  const read = documentReader(content.documents, name);
  const captured = { plan: manifest.plan, load: manifest.load };
  const confirmedBy = manifest.confirmedBy ?? captured;
  return {
    incident: judgeEvidence(content, judgement),
    plan: confirmedBy.plan,
    load: confirmedBy.load,
    secondLook: confirmedBy === captured ? null : captured,
    profile: read(profileDocument),
    flame: read(flameDocument),
    trace: read(traceDocument),
    service: read(serviceDocument),
    databases: read(databasesDocument) ?? [],
    scans: read(scanDocument) ?? [],
    source: null,
  };
}
