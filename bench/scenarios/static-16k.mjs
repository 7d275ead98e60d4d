/** A stylesheet of 16 KB that an alias names: no Python is needed to answer. */
import { loadColumns, measureLoad, processorColumn } from '../load.mjs'
import { makeStylesheetSite } from '../static-site.mjs'

/** @type {import('../scenario.mjs').Scenario} */
export default {
  name: 'static-16k',
  title: 'Static file of 16 KB behind /static: 1 process x 5 threads, 32 connections',
  processes: 1,
  threads: 5,
  connections: 32,
  makeSite: makeStylesheetSite,
  columns: [...loadColumns, processorColumn],
  measure: measureLoad,
}
