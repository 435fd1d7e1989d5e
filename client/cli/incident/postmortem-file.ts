/** The file of a postmortem: where it is written and what it contains. */
import type { Catalog } from '../../../config/catalog.js';
import type { ActionRow } from '../../../core/command/incident/findings.js';
import type { StatusDocument } from '../../../core/command/incident/status-document.js';
import { actionItems, lintActions } from '../../../core/command/postmortem/action-items.js';
import { blockDifferences, mergeBlocks, type BlockDifference, type FreshDocument } from '../../../core/command/postmortem/blocks.js';
import { rolesOf, shownCauses, suspectedChanges } from '../../../core/command/postmortem/facts.js';
import { lintLanguage, type LintFinding } from '../../../core/command/postmortem/language-lint.js';
import { postmortemMetrics, type MetricInputs } from '../../../core/command/postmortem/metrics.js';
import { escapeMarkdown } from '../../../report/markdown-text.js';
import { headingsOf, postmortemDocument, type PostmortemTemplate } from '../../../report/postmortem/document.js';
import { placeOf, sha, type Place } from '../document-file.js';

type Service = Catalog['services'][string];

/** Without `--out`: the file of the day or, if that belongs to another incident, the one with the id in its name. */
export async function placeFor({ id, declaredAt }: StatusDocument, out: string | undefined, folder: string): Promise<Place> {
  const day = declaredAt.slice(0, 10);
  const names = out === undefined ? [`postmortem-${day}.md`, `postmortem-${day}-${id}.md`] : [out];
  return placeOf({ kind: 'postmortem', subject: id }, names, folder);
}

/** What is the same for all affected services; where they differ, nothing is assumed. */
function inputsOf(services: readonly Service[]): MetricInputs {
  const common = <T>(values: readonly (T | undefined)[]): T | null => {
    const [first] = values;
    return first !== undefined && values.every((value) => JSON.stringify(value) === JSON.stringify(first)) ? first : null;
  };
  const slo = common(services.map((service) => service.slo));
  return {
    slo: slo === null ? null : { objective: slo.objective, periodMs: slo.period },
    valuePerRequest: common(services.map((service) => service.valuePerRequest)),
  };
}

function actionLint(status: StatusDocument, actions: readonly ActionRow[], text: string): LintFinding[] {
  const lines = text.split(/\r?\n/);
  return lintActions(status, actions).map(({ id, advice }) => {
    const mark = escapeMarkdown(`[${id ?? ''}`);
    const isMeant = (line: string): boolean =>
      id === null ? line === '## Action Items' : line.includes(`${mark},`) || line.includes(`${mark}\\]`);
    const index = lines.findIndex(isMeant);
    return { line: index + 1, text: index === -1 ? (id ?? 'Action Items') : (lines[index]?.trim() ?? ''), advice };
  });
}

function lint(status: StatusDocument, actions: readonly ActionRow[], text: string): LintFinding[] {
  const language = lintLanguage(text, {
    roleOf: rolesOf(status),
    errorRatio: status.impact.errorRatio,
    contributingFactors: shownCauses(status).length + suspectedChanges(status).length,
  });
  return [...language, ...actionLint(status, actions, text)].sort((left, right) => left.line - right.line);
}

function freshDocument(status: StatusDocument, catalog: Catalog | null, template: PostmortemTemplate) {
  const services = status.impact.services.flatMap((name) => catalog?.services[name] ?? []);
  const ownerOf = (service: string): string | null => catalog?.services[service]?.owner?.[0] ?? null;
  const metrics = postmortemMetrics(status, inputsOf(services));
  const actions = actionItems(status, ownerOf);
  const authors = [...new Set(services.flatMap((service) => service.owner ?? []))];
  const fresh: FreshDocument = postmortemDocument({ status, metrics, actions, authors }, template);
  return { fresh, metrics, actions };
}

/** What a postmortem is made from: the record, the catalog, the wanted sections. */
export interface PostmortemOrder {
  status: StatusDocument;
  catalog: Catalog | null;
  template: PostmortemTemplate;
}

/** `accepted`: blocks in which the text of the record replaces edits. */
export function writeDocument({ status, catalog, template }: PostmortemOrder, existing: string | null, accepted: readonly string[] = []) {
  const { fresh, metrics, actions } = freshDocument(status, catalog, template);
  const { text, blocks } = mergeBlocks(existing, fresh, sha, accepted);
  return { text, blocks, metrics, actions, sections: headingsOf(text), lint: lint(status, actions, text) };
}

export function differencesOf({ status, catalog, template }: PostmortemOrder, existing: string): BlockDifference[] {
  return blockDifferences(existing, freshDocument(status, catalog, template).fresh, sha);
}
