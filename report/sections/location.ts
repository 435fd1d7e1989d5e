import { causeTitle } from '../../core/model/cause-titles.js';
import type { Cause, CauseLocation } from '../../core/model/cause.js';
import { shorten, toOneLine } from '../foreign-text.js';
import { code, rich, type Rich } from '../rich-text.js';

const statementLimit = 80;

/** The place of a cause, most exact first; empty when the location has none. A statement is used as the place only if there is no other. */
export function describeLocation(location: CauseLocation): Rich {
  const places = describePlaces(location);
  const statement = location.statement ?? location.queryId;
  if (places.length > 0 || statement === undefined) return places;
  return ['statement ', code(shorten(toOneLine(statement), statementLimit))];
}

function describePlaces({ frame, file, line, route, database, relation, columns, planNode, peer, pool, session }: CauseLocation): Rich {
  const parts: Rich[] = [];
  if (relation !== undefined)
    parts.push([code(columns === undefined || columns.length === 0 ? relation : `${relation} (${columns.join(', ')})`)]);
  if (database !== undefined && relation !== undefined) parts.push(['in database ', code(database)]);
  if (frame !== undefined) parts.push([code(frame)]);
  if (file !== undefined) parts.push([frame === undefined ? '' : 'in ', code(line === undefined ? file : `${file}:${line}`)]);
  if (planNode !== undefined) parts.push(['plan node ', code(planNode)]);
  if (peer !== undefined) parts.push(['peer ', code(peer)]);
  if (pool !== undefined) parts.push(['pool ', code(pool)]);
  if (session !== undefined) parts.push(['session ', code(session)]);
  // A method without a path is no place.
  if (route !== undefined && /\s\S/.test(route)) parts.push(['route ', code(route)]);
  return parts.flatMap((part, index) => (index === 0 ? part : [part[0] === 'in ' || part[0] === 'in database ' ? ' ' : ', ', ...part]));
}

/** True when only a statement is known of the place. */
export function isStatementOnly(location: CauseLocation): boolean {
  return describePlaces(location).length === 0;
}

/** The cause, its id and its place in few words: `Missing index (missing-index) at orders (customer_id)`. */
export function nameCause(cause: Cause): Rich {
  const where = describeLocation(nearestPlace(cause.location));
  const name = rich`${causeTitle(cause.id)} (${code(cause.id)})`;
  return where.length === 0 ? name : [...name, ' at ', ...where];
}

/** The one part of a location that a reader looks for first. */
function nearestPlace(location: CauseLocation): CauseLocation {
  const groups: (keyof CauseLocation)[][] = [
    ['relation', 'columns'],
    ['frame', 'file', 'line'],
    ['peer'],
    ['pool'],
    ['session'],
    ['route'],
    ['statement', 'queryId'],
  ];
  const keys = groups.find(([first]) => first !== undefined && location[first] !== undefined) ?? [];
  return Object.fromEntries(keys.flatMap((key) => (location[key] === undefined ? [] : [[key, location[key]]])));
}
