import type { Cause, CauseLocation } from '../../core/model/incident.js';
import { code, join, type Rich } from '../rich-text.js';

/** Where a cause is, most exact first; empty when the location says nothing. The statement's text is told elsewhere. */
export function describeLocation(location: CauseLocation): Rich {
  const { frame, file, line, route, relation, columns, planNode, peer, pool, session, queryId } = location;
  const parts: Rich[] = [];
  if (relation !== undefined)
    parts.push([code(columns === undefined || columns.length === 0 ? relation : `${relation} (${columns.join(', ')})`)]);
  if (frame !== undefined) parts.push([code(frame)]);
  if (file !== undefined) parts.push([frame === undefined ? '' : 'in ', code(line === undefined ? file : `${file}:${line}`)]);
  if (planNode !== undefined) parts.push(['plan node ', code(planNode)]);
  if (peer !== undefined) parts.push(['peer ', code(peer)]);
  if (pool !== undefined) parts.push(['pool ', code(pool)]);
  if (session !== undefined) parts.push(['session ', code(session)]);
  if (route !== undefined) parts.push(['route ', code(route)]);
  if (parts.length === 0 && queryId !== undefined) parts.push(['statement ', code(queryId)]);
  return join(parts, ' ');
}

/** ``missing-index` at `orders (customer_id)``. */
export function nameCause(cause: Cause): Rich {
  const { relation, columns, frame, file, line, peer, pool, session, route } = cause.location;
  const short: CauseLocation =
    relation !== undefined
      ? { relation, ...(columns === undefined ? {} : { columns }) }
      : frame !== undefined
        ? { frame, ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) }
        : {
            ...(peer === undefined ? {} : { peer }),
            ...(pool === undefined ? {} : { pool }),
            ...(session === undefined ? {} : { session }),
          };
  const where = describeLocation(Object.keys(short).length === 0 && route !== undefined ? { route } : short);
  return where.length === 0 ? [code(cause.id)] : [code(cause.id), ' at ', ...where];
}
