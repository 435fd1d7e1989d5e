import type { IncidentMessage } from '../../../core/command/communication/message.js';

/** A page of an incident whose words are hostile to every markup. */
export function sampleMessage(changes: Partial<IncidentMessage> = {}): IncidentMessage {
  return {
    version: 1,
    event: 'page',
    deliveryId: 'INC-1.page.alice.1',
    incidentId: 'INC-1',
    severity: 'SEV1',
    status: 'investigating',
    title: 'Checkout <!channel> & "pay"',
    text: 'Orders fail. <@U0BOB> & <https://evil.example|look>',
    level: 'L1',
    role: 'On-Call Engineer',
    person: 'alice',
    acknowledgedBy: null,
    at: '2026-11-28T11:00:00.000Z',
    incidentUrl: 'https://responder.example/incidents/INC-1',
    ackUrl: 'https://responder.example/incidents/INC-1/ack?t=1',
    ...changes,
  };
}
