/** Declares an incident by hand: what is wrong is enough, the rest is rated and found. */
import { severities } from '../../../core/command/severity/severity.js';
import { field, who } from './incident-forms.js';
import { html, page } from './html.js';

interface DeclareForm {
  /** Address with its signed link. */
  action: string;
  people: readonly string[];
  services: readonly string[];
}

export function declarePage({ action, people, services }: DeclareForm): string {
  const title = html`<input id="title" name="title" required maxlength="200" />`;
  const severity = html`<select id="severity" name="severity">
    <option value="">not rated: the rules rate it by what is measured</option>
    ${severities.map((one) => html`<option>${one}</option>`)}
  </select>`;
  const affected = html`<select id="services" name="service" multiple size="${Math.min(8, Math.max(2, services.length))}">
    ${services.map((name) => html`<option>${name}</option>`)}
  </select>`;
  return page(
    'Declare an incident',
    html`<h1>Declare an incident</h1>
      <p>Who is on call is paged at once.</p>
      <form method="post" action="${action}">
        ${who('declare-by', people)}${field('title', 'What is wrong', title)}${field('severity', 'Severity', severity)}
        ${field('services', 'Affected services', affected)}
        ${field('impact', 'What users experience', html`<input id="impact" name="impact" maxlength="500" />`)}
        ${field('public-title', 'Title for the status page (empty: by its components)', html`<input id="public-title" name="public-title" maxlength="200" />`)}
        <p><button>Declare it</button></p>
      </form>`,
  );
}
