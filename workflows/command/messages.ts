/** The public protocol of `commandIncident` and of the registry of incidents. Imports nothing but types and the SDK. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CommandState, Declaration } from '../../core/command/incident/command-state.js';
import type { AcknowledgeAnswer } from '../../core/command/incident/commands.js';
import type { Allocated, AllocateRequest } from '../../core/command/incident/registry.js';
import type { IncidentStatus } from '../../core/command/incident/incident-status.js';
import type { Actor, RecordText } from '../../core/command/incident/record-event.js';
import type { RoleName } from '../../core/command/incident/roles.js';
import type { TriageRef } from '../../core/command/incident/take-milestone.js';
import type { Severity } from '../../core/command/severity/severity.js';

/** Start of `commandIncident`. `carried` is there only when it continues as new. */
export interface CommandStart {
  declaration: Declaration;
  carried?: CommandState;
}

export interface ByRequest {
  by: Actor;
  /** Of a signed link, which works once: its id, and when it expires (ISO 8601). */
  link?: { id: string; expiresAt: string };
}
export interface NoteRequest extends ByRequest {
  text: RecordText;
  at?: string;
  isPinned?: boolean;
  /** From notes that were taken elsewhere. */
  isImport?: boolean;
}
export interface CorrectRequest extends ByRequest {
  event: string;
  to: string;
  reason: RecordText;
}
export interface SeverityRequest extends ByRequest {
  severity: Severity;
  reason: RecordText;
}
export interface StatusRequest extends ByRequest {
  to: IncidentStatus;
  reason?: RecordText;
}
export interface RoleRequest extends ByRequest {
  role: RoleName;
  person: string;
}
export interface HandOverRequest extends ByRequest {
  to: string;
}
export interface EscalateRequest extends ByRequest {
  to?: string;
  /** The level that the caller has seen: a stale request escalates nobody a second time. */
  seen?: string;
  reason: RecordText;
}
export interface UpdateRequest extends ByRequest {
  /** Absent: written from the record. */
  text?: RecordText;
  audience: 'internal' | 'external';
  /** The published update that this one corrects. */
  corrects?: string;
}
export interface PublishRequest extends ByRequest {
  draft: string;
}
export interface AddActionRequest extends ByRequest {
  title: RecordText;
  priority: string;
  type: string;
  owner?: string;
  /** `YYYY-MM-DD`. */
  due?: string;
}
export interface CloseActionRequest extends ByRequest {
  action: string;
  to: 'done' | 'accepted';
  evidence: RecordText;
}
export interface PostmortemRequest extends ByRequest {
  path: RecordText;
}
export interface ResolveRequest extends ByRequest {
  summary: RecordText;
}

export interface DecideMitigationRequest extends ByRequest {
  planId: string;
  decision: 'approve' | 'reject';
  /** Digest of what the person who decides has seen; any other one is stale. */
  digest?: string;
}
/** How many mitigations are proposed after a fresh look. */
export interface Proposed {
  proposed: number;
}
export interface MergeRequest extends ByRequest {
  /** The incident that continues. */
  into: string;
}

/** Answer of every update that changed something: the event that it left, and a warning where there is one. */
export interface Recorded {
  event: string;
  at: string;
  warning: string | null;
}

export const acknowledgeIncident = defineUpdate<AcknowledgeAnswer, [ByRequest]>('acknowledgeIncident');
export const addNoteUpdate = defineUpdate<Recorded, [NoteRequest]>('addNote');
export const correctEventUpdate = defineUpdate<Recorded, [CorrectRequest]>('correctEvent');
export const setSeverityUpdate = defineUpdate<Recorded, [SeverityRequest]>('setSeverity');
export const setStatusUpdate = defineUpdate<Recorded, [StatusRequest]>('setStatus');
export const assignRoleUpdate = defineUpdate<Recorded, [RoleRequest]>('assignRole');
export const offerCommandUpdate = defineUpdate<Recorded, [HandOverRequest]>('offerCommand');
export const acceptCommandUpdate = defineUpdate<Recorded, [ByRequest]>('acceptCommand');
export const escalateUpdate = defineUpdate<Recorded, [EscalateRequest]>('escalate');
export const postUpdateUpdate = defineUpdate<Recorded, [UpdateRequest]>('postUpdate');
export const publishUpdateUpdate = defineUpdate<Recorded, [PublishRequest]>('publishUpdate');
export const resolveIncidentUpdate = defineUpdate<Recorded, [ResolveRequest]>('resolveIncident');
export const decideMitigationUpdate = defineUpdate<Recorded, [DecideMitigationRequest]>('decideMitigation');
export const proposeMitigationsUpdate = defineUpdate<Proposed, [ByRequest]>('proposeMitigations');
export const addActionUpdate = defineUpdate<Recorded, [AddActionRequest]>('addAction');
export const closeActionUpdate = defineUpdate<Recorded, [CloseActionRequest]>('closeAction');
export const keepPostmortemUpdate = defineUpdate<Recorded, [PostmortemRequest]>('keepPostmortem');
export const mergeIncidentUpdate = defineUpdate<Recorded, [MergeRequest]>('mergeIncident');
/** Makes a triage part of the incident. */
export const attachTriageSignal = defineSignal<[TriageRef]>('attachTriage');
/** Another incident turned out to be the same one. */
export const takeOverSignal = defineSignal<[{ incidentId: string; services: readonly string[] }]>('takeOver');
export const commandStateQuery = defineQuery<CommandState | null>('commandState');

export interface ReleaseRequest {
  incidentId: string;
}
/** A reopened incident takes its services back. */
export interface ClaimRequest extends ReleaseRequest {
  services: readonly string[];
}

export const allocateUpdate = defineUpdate<Allocated, [AllocateRequest]>('allocate');
export const releaseSignal = defineSignal<[ReleaseRequest]>('release');
export const claimSignal = defineSignal<[ClaimRequest]>('claim');
