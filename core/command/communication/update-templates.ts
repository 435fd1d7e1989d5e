/** Texts of updates, by audience and phase. The defaults are those of seed 004; a folder of the catalog may hold others of the same names. */
import { UnreadableInputError } from '../../model/errors.js';

export const templateNames = [
  'internal-declared',
  'internal-update',
  'internal-resolved',
  'external-investigating',
  'external-identified',
  'external-monitoring',
  'external-resolved',
] as const;
export type TemplateName = (typeof templateNames)[number];

export const placeholders = [
  'title',
  'severity',
  'commander',
  'start',
  'duration',
  'impact',
  'status',
  'findings',
  'actions',
  'nextUpdate',
  'issue',
  'userImpact',
  'cause',
  'service',
] as const;
export type Placeholder = (typeof placeholders)[number];

export const defaultTemplates: Readonly<Record<TemplateName, string>> = {
  'internal-declared': `INCIDENT DECLARED: {{title}}
Severity: {{severity}}
Commander: {{commander}}
Start time: {{start}}
Impact: {{impact}}
Status: {{status}}
Current findings: {{findings}}
Next update: {{nextUpdate}}`,
  'internal-update': `INCIDENT UPDATE: {{title}}
Severity: {{severity}}
Duration: {{duration}}
Status: {{status}}
Current findings: {{findings}}
Actions in progress: {{actions}}
Next update: {{nextUpdate}}`,
  'internal-resolved': `INCIDENT RESOLVED: {{title}}
Severity: {{severity}}
Duration: {{duration}}
Status: {{status}}
Current findings: {{findings}}`,
  'external-investigating': `We are investigating reports of {{issue}}.
Users may experience {{userImpact}}.
The next update follows by {{nextUpdate}}.`,
  'external-identified': `{{cause}}
Users may still experience {{userImpact}}. We are working on a fix.
The next update follows by {{nextUpdate}}.`,
  'external-monitoring': `A fix is in place, and we are watching whether it holds.
Users should see {{service}} work as usual again.
The next update follows by {{nextUpdate}}.`,
  'external-resolved': `The issue affecting {{service}} has been resolved.
{{cause}}
We apologize to everybody who was affected, and will publish a detailed post-mortem.`,
};

/** Fills a template. Values stand as they are, whatever they hold. Throws UnreadableInputError for a placeholder that does not exist. */
export function fillTemplate(name: string, template: string, values: Readonly<Record<Placeholder, string>>): string {
  return template
    .trim()
    .split(/\r?\n/)
    .map((line, index) =>
      line.replaceAll(/\{\{([^{}]*)\}\}/g, (_, between: string) => {
        const word = between.trim();
        const known = placeholders.find((one) => one === word);
        if (known !== undefined) return values[known];
        throw new UnreadableInputError(
          `template ${name}, line ${index + 1}: expected one of {{${placeholders.join('}}, {{')}}}, got {{${word}}}; correct the file`,
        );
      }),
    )
    .join('\n');
}
