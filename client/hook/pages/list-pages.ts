/** The list of incidents and who is on call. */
import type { IncidentRow } from '../../temporal/command-client.js';
import type { OnCallRow } from '../../oncall/on-call-rows.js';
import { html, page, time } from './html.js';

export function listPage(rows: readonly IncidentRow[]): string {
  const body = rows.map(
    (row) =>
      html`<tr>
        <td><span class="badge">${row.severity}</span></td>
        <td><a href="/incidents/${row.id}">${row.id}</a></td>
        <td>${row.title}</td>
        <td>${row.status}${row.lost === undefined ? '' : html`, <strong>${row.lost.how}</strong>`}</td>
        <td>${row.commander ?? 'no commander'}</td>
        <td>${time(row.declaredAt)}</td>
      </tr>`,
  );
  const head = html`<thead>
    <tr>
      <th scope="col">Severity</th>
      <th scope="col">Incident</th>
      <th scope="col">Title</th>
      <th scope="col">Status</th>
      <th scope="col">Commander</th>
      <th scope="col">Declared</th>
    </tr>
  </thead>`;
  const table = html`<table>
    ${head}
    <tbody>
      ${body}
    </tbody>
  </table>`;
  return page(
    'Incidents',
    html`<h1>Incidents</h1>
      <p><a href="/incidents/declare">Declare an incident</a></p>
      ${rows.length === 0 ? html`<p>There are none.</p>` : table}`,
    { refreshS: 30 },
  );
}

export function onCallPage(rows: readonly OnCallRow[]): string {
  const schedule = (row: OnCallRow) =>
    html`<section class="now ${row.who === null ? 'alarm' : ''}">
      <h2>${row.name}</h2>
      <p><strong>${row.who ?? 'NOBODY'}</strong> until ${row.until === null ? 'further notice' : time(row.until)}</p>
      <p>${row.reason}</p>
      ${row.next === null ? '' : html`<p>Then ${row.next.who ?? 'NOBODY'} from ${time(row.next.at)}</p>`}
    </section>`;
  return page(
    'On call',
    html`<h1>On call</h1>
      ${rows.length === 0 ? html`<p>The catalog has no schedules.</p>` : rows.map(schedule)}`,
    { refreshS: 60 },
  );
}

export function confirmPage(words: { title: string; text: string; button: string; action: string }): string {
  const form = html`<form method="post" action="${words.action}">
    <p><button>${words.button}</button></p>
  </form>`;
  return page(
    words.title,
    html`<h1>${words.title}</h1>
      <p>${words.text}</p>
      <p>Nothing has happened yet.</p>
      ${form}`,
  );
}

export function answerPage(title: string, text: string, incidentId: string): string {
  return page(
    title,
    html`<h1>${title}</h1>
      <p role="status">${text}</p>
      ${incidentId.startsWith('TEST-') ? html`<p><a href="/oncall">Who is on call</a></p>` : html`<p><a href="${incidentId.startsWith('INC-') ? `/incidents/${incidentId}` : '/incidents'}">To the incident</a></p>`}`,
  );
}
