/** What people can do on the page of an incident: forms that can be sent once, each with a signed link of its own. */
import { isOpen } from '../../../core/command/incident/incident-status.js';
import type { StatusDocument } from '../../../core/command/incident/status-document.js';
import { html, type Html } from './html.js';
import type { PageAction } from './page-link.js';

export interface PageForms {
  /** Query of a fresh signed link for an action. */
  sign: (action: PageAction) => string;
  people: readonly string[];
}

/** Drafts that wait for an approval, each with the exact words that would be published. */
function publications({ communications }: StatusDocument, people: readonly string[], action: () => Html): Html {
  const drafts = communications.filter(({ audience, state }) => audience === 'external' && (state === 'draft' || state === 'failed'));
  if (drafts.length === 0) return html``;
  const form = ({ id, text }: (typeof drafts)[number]): Html =>
    html`<form method="post" action="${action()}">
      <p>${id}, for everybody who reads the status page:</p>
      <blockquote>${text.split('\n').map((line) => html`${line}<br />`)}</blockquote>
      <input type="hidden" name="draft" value="${id}" /> ${who(`publish-by-${id}`, people)}
      <p><button>Publish these words</button></p>
    </form>`;
  return html`<details>
    <summary>Publish (${drafts.length})</summary>
    ${drafts.toReversed().map(form)}
  </details>`;
}

export function field(name: string, label: string, control: Html): Html {
  return html`<label for="${name}">${label}</label>${control}`;
}

export function who(id: string, people: readonly string[]): Html {
  return field(
    id,
    'Who are you?',
    html`<select id="${id}" name="by" required>
      <option value="">choose</option>
      ${people.map((name) => html`<option>${name}</option>`)}
    </select>`,
  );
}

function acknowledgement(people: readonly string[], action: () => Html): Html {
  return html`<details open>
    <summary>Acknowledge</summary>
    <form method="post" action="${action()}">
      ${who('ack-by', people)}
      <p><button>I am on it</button></p>
    </form>
  </details>`;
}

export function forms(document: StatusDocument, { sign, people }: PageForms): Html {
  const { id, status, mitigations } = document;
  if (['closed', 'cancelled', 'merged'].includes(status)) return html``;
  const action = (name: PageAction): Html => html`/incidents/${id}/${name}?${sign(name)}`;
  const states = ['investigating', 'identified', 'mitigating', 'monitoring', 'resolved'].filter((one) => one !== status);
  const approvals = mitigations
    .filter(({ state }) => state === 'proposed')
    .toSorted((left, right) => left.rank - right.rank)
    .map(
      (plan, index) =>
        html`<form method="post" action="${action('approve')}">
          <p>${plan.title}: ${plan.why}</p>
          <p>Runs ${plan.runbook} (risk ${plan.risk}), which is proven afterwards by the same load or by checks:</p>
          <ul>
            ${plan.commands.map((line) => html`<li><code>${line}</code></li>`)}
          </ul>
          <input type="hidden" name="plan" value="${plan.planId}" /><input type="hidden" name="digest" value="${plan.digest}" />
          ${who(`approve-by-${index}`, people)}
          <p><button name="decision" value="approve">Approve</button></p>
          <p><button name="decision" value="reject">Reject</button></p>
        </form>`,
    );
  return html`<section aria-label="Act">
    <h2>Act</h2>
    ${isOpen(status) ? acknowledgement(people, () => action('ack')) : ''}
    ${
      approvals.length === 0
        ? ''
        : html`<details>
            <summary>Approve</summary>
            ${approvals}
          </details>`
    }
    ${publications(document, people, () => action('publish'))}
    <details>
      <summary>Tell where things stand</summary>
      <form method="post" action="${action('update')}">
        ${who('update-by', people)}${field(
          'audience',
          'For whom',
          html`<select id="audience" name="audience">
            <option value="internal">inside: the receivers hear it at once</option>
            <option value="external">outside: a draft for the status page</option>
          </select>`,
        )}${field('update', 'What is known and done (empty: written from the record)', html`<textarea id="update" name="update" rows="4"></textarea>`)}
        <p><button>Post or draft it</button></p>
      </form>
    </details>
    <details>
      <summary>Add a note</summary>
      <form method="post" action="${action('note')}">
        ${who('note-by', people)}${field('text', 'What happened, or what was found', html`<textarea id="text" name="text" rows="3" required></textarea>`)}
        <p><button>Add the note</button></p>
      </form>
    </details>
    <details>
      <summary>Set the status</summary>
      <form method="post" action="${action('state')}">
        ${who('state-by', people)}${field(
          'to',
          'Status',
          html`<select id="to" name="to">
            ${states.map((one) => html`<option>${one}</option>`)}
          </select>`,
        )}${field('reason', 'Why', html`<input id="reason" name="reason" required />`)}
        <p><button>Set the status</button></p>
      </form>
    </details>
  </section>`;
}
