/** 10,000 small files, of which some change while they are asked for: nobody may get an old one. */
import { changingColumns, makeChangingSite, measureChanging } from '../changing-files.mjs'

/** @type {import('../scenario.mjs').Scenario} */
export default {
  name: 'static-many',
  title:
    '10,000 static files of 1 to 8 KB, 1 % of them change meanwhile: 1 process x 5 threads, 16 connections',
  processes: 1,
  threads: 5,
  connections: 16,
  makeSite: makeChangingSite,
  columns: changingColumns,
  targets: [{ key: 'stale', says: 'none', most: () => 0 }],
  measure: measureChanging,
}
