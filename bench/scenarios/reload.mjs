/** From a save to the first response of the new code, when nobody else asks. */
import { makeNumberedSite, measureSaves, saveColumns } from '../saves.mjs'

/** @type {import('../scenario.mjs').Scenario} */
export default {
  name: 'reload',
  title: 'Save to new code, plain Django site: 1 process x 5 threads',
  processes: 1,
  threads: 5,
  reloads: true,
  rounds: 1,
  makeSite: makeNumberedSite,
  columns: saveColumns,
  measure: measureSaves(0),
}
