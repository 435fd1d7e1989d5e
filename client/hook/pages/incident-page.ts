/** The page of one incident: first what has to be done, then what is known. It is complete without a script. */
import { isOpen } from '../../../core/command/incident/incident-status.js';
import type { StatusDocument, TimelineRow } from '../../../core/command/incident/status-document.js';
import { html, page, time, type Html } from './html.js';
import { forms, type PageForms } from './incident-forms.js';
import { percent } from '../../../core/model/figures.js';

function list(rows: readonly Html[], nothing: string): Html {
  return rows.length === 0
    ? html`<p>${nothing}</p>`
    : html`<ul>
        ${rows.map((row) => html`<li>${row}</li>`)}
      </ul>`;
}

function now({ paging, mitigations, nextUpdateAt, status, lost }: StatusDocument): Html {
  if (lost !== undefined)
    return html`<section class="now alarm" aria-label="Now">
      <p><strong>Its workflow was ${lost.how}</strong> ${time(lost.at)}: nobody is paged or told any more.</p>
      <p>If it is not over, <a href="/incidents/declare">declare it again</a>.</p>
    </section>`;
  if (!isOpen(status)) return html`<section class="now" aria-label="Now"><p>The incident is ${status}.</p></section>`;
  const isAlarm = paging.state === 'nobody-answered';
  const answer = {
    paging: html`<strong>Nobody has acknowledged yet.</strong>
      ${paging.nextLevel === null ? 'The last level was paged.' : html`${paging.nextLevel} is paged at ${time(paging.nextAt)}.`}`,
    acknowledged: html`Acknowledged by <strong>${paging.acknowledgedBy}</strong>.`,
    'nobody-answered': html`<strong>NOBODY ANSWERED: every level was paged.</strong>`,
    stopped: html`Nobody is paged.`,
  }[paging.state];
  const waiting = mitigations.filter(({ state }) => state === 'proposed');
  return html`<section class="now ${isAlarm ? 'alarm' : ''}" aria-label="What has to be done now">
    <p>${answer}</p>
    ${waiting.map((plan) => html`<p>Waits for an approval: <strong>${plan.title}</strong></p>`)}
    ${nextUpdateAt === null ? '' : html`<p>Next update is due ${time(nextUpdateAt)}.</p>`}
  </section>`;
}

function facts(document: StatusDocument): Html {
  const { impact, severityReason, commander, declaredAt, onset } = document;
  const rows: [string, Html][] = [
    ['Impact', html`${impact.summary ?? 'not described'}`],
    ['Services', html`${impact.services.join(', ') || 'none named'}`],
    [
      'Failing',
      html`${impact.errorRatio === null ? 'not known' : percent(impact.errorRatio)}${impact.how.errorRatio === undefined ? '' : html` <small>${impact.how.errorRatio}</small>`}`,
    ],
    ['Why', html`${severityReason.rule}${severityReason.evidence.length === 0 ? '' : ` (${severityReason.evidence.join(', ')})`}`],
    ['Commander', html`${commander ?? 'nobody'}`],
    ['Declared', time(declaredAt)],
    ['Began', onset === null ? html`not known` : time(onset.at)],
  ];
  return html`<dl>
    ${rows.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

function findings({ fiveMinutes, services, changes, triages, mitigations }: StatusDocument): Html {
  return html`<h2>First five minutes</h2>
    <ol>
      ${fiveMinutes.map(({ step, state, result, endedAt }) => html`<li><strong>${step}</strong> ${state}${endedAt === null ? '' : html` ${time(endedAt)}`}${result === null ? '' : `: ${result}`}</li>`)}
    </ol>
    <h2>Services</h2>
    ${list(
      services.map(
        ({ service, state, checks }) =>
          html`<strong>${service}</strong>
            ${state}${checks.filter(({ verdict }) => verdict !== 'ok').map(({ detail }) => html`<br />${detail}`)}`,
      ),
      'Not looked at yet.',
    )}
    <h2>Causes</h2>
    ${list(
      triages.map(
        ({ endpoint, outcome, cause }) =>
          html`${endpoint}: ${outcome ?? 'under way'}${cause === null ? '' : html`, <strong>${cause}</strong>`}`,
      ),
      'No triage yet.',
    )}
    <h2>Changes</h2>
    ${list(
      changes.map(
        ({ at, service, kind, ref, verdict, why }) =>
          html`${time(at)} ${kind} ${ref}${service === null ? '' : ` of ${service}`}: <strong>${verdict}</strong>, ${why}`,
      ),
      'None found.',
    )}
    <h2>Mitigations</h2>
    ${list(
      mitigations.map(
        ({ title, state, why, runId, result }) =>
          html`<strong>${title}</strong>: ${state}${runId === null ? '' : ` (${runId})`}.
            ${why}${result === null ? '' : html`<br />${result}`}`,
      ),
      'None proposed.',
    )}`;
}

function event({ at, atOriginal, kind, by, text, pinned }: TimelineRow): Html {
  const corrected = atOriginal === null ? '' : html` (recorded as ${time(atOriginal)})`;
  return html`<li>
    <span class="meta">${time(at)}${corrected} · ${kind}${by === null ? '' : ` · ${by}`}${pinned ? ' · pinned' : ''}</span><br /><span
      class="said"
      >${text}</span
    >
  </li>`;
}

function whoWasPaged({ paging, management, roles }: StatusDocument): Html {
  const paged = paging.pages.map(
    (one) =>
      html`${one.level} ${one.person} (${one.role}): ${one.state}${one.channel === null ? '' : ` by ${one.channel}`}, ${time(one.sentAt)};
      ${one.reason}`,
  );
  const told = management.told.map((one) => html`${one.level} ${one.person} (${one.role}) told ${time(one.sentAt)}`);
  return html`<h2>People</h2>
    ${list([...roles.map((one) => html`${one.role}: ${one.person} (${one.state})`), ...paged, ...told], 'Nobody was paged.')}`;
}

/** A phone renders a few hundred rows in a second; whoever wants all of them asks for them. */
const shownEvents = 200;
const shownPins = 50;

function timelineRows(all: readonly TimelineRow[], id: string, isWhole: boolean): Html {
  const newest = all.toReversed();
  const shown = isWhole ? newest : newest.slice(0, shownEvents);
  const pinned = newest.filter((one) => one.pinned).slice(0, isWhole ? undefined : shownPins);
  const rest = newest.length - shown.length;
  return html`${
      pinned.length === 0
        ? ''
        : html`<h2>Pinned</h2>
            <ul class="timeline">
              ${pinned.map(event)}
            </ul>`
    }
    <h2>Timeline, newest first</h2>
    <ul class="timeline">
      ${shown.map(event)}
    </ul>
    ${rest === 0 ? '' : html`<p>${rest} older events: <a href="/incidents/${id}?all=1">show all ${newest.length}</a></p>`}`;
}

export function incidentPage(document: StatusDocument, act: PageForms, { isWhole }: { isWhole: boolean }): string {
  const { id, title, severity, status, timeline } = document;
  return page(
    `${severity} ${id} ${title}`,
    html`<h1>${title}</h1>
      <p>
        ${id} <a href="/incidents/${id}.json">as JSON</a> · <span id="connection" role="status">reload to see more</span>
        <button id="pause" type="button" hidden aria-pressed="false">Pause</button>
      </p>
      <div id="live-now" data-events="/incidents/${id}/events">
        <p><span class="badge">${severity}</span><span class="badge">${status}</span></p>
        ${now(document)}
      </div>
      ${forms(document, act)}
      <div id="live">${facts(document)} ${findings(document)} ${whoWasPaged(document)} ${timelineRows(timeline, id, isWhole)}</div>`,
    { refreshS: 15, script: true },
  );
}
