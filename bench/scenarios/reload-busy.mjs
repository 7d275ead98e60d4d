/** From a save to the first response of the new code, while others ask as well. */
import { makeNumberedSite, measureSaves, saveColumns } from '../saves.mjs'

/** @type {import('../scenario.mjs').Scenario} */
export default {
  name: 'reload-busy',
  title: 'Save to new code, plain Django site, 20 requests/s: 1 process x 5 threads',
  processes: 1,
  threads: 5,
  reloads: true,
  rounds: 1,
  makeSite: makeNumberedSite,
  columns: saveColumns,
  measure: measureSaves(20),
}
