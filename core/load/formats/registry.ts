import { ab } from './ab.js';
import { artillery } from './artillery.js';
import { autocannon } from './autocannon.js';
import type { LoadFileFormat } from './format.js';
import { gatlingJson, gatlingScript, gatlingText } from './gatling.js';
import { hey, heyCsv } from './hey.js';
import { jmeterCsv, jmeterXml } from './jmeter.js';
import { k6Csv } from './k6/k6-csv.js';
import { k6Json } from './k6/k6-json.js';
import { k6Summary } from './k6/k6-summary.js';
import { k6Text } from './k6/k6-text.js';
import { locust } from './locust.js';
import { locustJson } from './locust-json.js';
import { ohaJson, ohaText } from './oha.js';
import { vegetaJson, vegetaText } from './vegeta.js';
import { wrk } from './wrk.js';

/** Every form of result that is read. The first that says yes takes the file; forms with an unmistakable first line come first. */
export const loadFormats: readonly LoadFileFormat[] = [
  k6Summary,
  k6Json,
  k6Csv,
  locust,
  locustJson,
  jmeterCsv,
  jmeterXml,
  heyCsv,
  gatlingJson,
  gatlingScript,
  vegetaJson,
  ohaJson,
  artillery,
  autocannon,
  gatlingText,
  vegetaText,
  ohaText,
  hey,
  ab,
  wrk,
  k6Text,
];
