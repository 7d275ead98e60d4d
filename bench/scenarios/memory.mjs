/** What workers keep in memory, started from nothing and forked from a template. */
import { makeGreetingSite, measureMemory, memoryColumns } from '../memory.mjs'

/** @type {import('../scenario.mjs').Scenario} */
export default {
  name: 'memory',
  title: 'Memory of workers (PSS), plain Django site: 1 and 4 processes x 5 threads',
  processes: 1,
  threads: 5,
  reloads: true,
  cold: true,
  rounds: 3,
  makeSite: makeGreetingSite,
  columns: memoryColumns,
  targets: [{ key: 'percent', says: 'at most 40', most: () => 40 }],
  measure: measureMemory,
}
