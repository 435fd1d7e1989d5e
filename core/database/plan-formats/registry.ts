import type { PlanFormat } from './format.js';
import { mariadbJson } from './mariadb-json.js';
import { mongodb } from './mongodb.js';
import { mysqlJson } from './mysql-json.js';
import { mysqlTree } from './mysql-tree.js';
import { postgresJson } from './postgres-json.js';
import { postgresText } from './postgres-text.js';
import { postgresXml } from './postgres-xml.js';
import { postgresYaml } from './postgres-yaml.js';
import { sqlite } from './sqlite.js';

/** Every format, those with an unmistakable mark first. */
export const planFormats: readonly PlanFormat[] = [
  postgresJson,
  mysqlJson,
  mariadbJson,
  mongodb,
  postgresXml,
  postgresYaml,
  mysqlTree,
  postgresText,
  sqlite,
];

/** What a line of a plan of any of them looks like. */
export const tellsPlan = new RegExp(planFormats.map(({ tells }) => tells.source).join('|'), 'u');
