/** The least that an application can do: what the server itself costs. */
import { makeHelloSite } from '../hello-site.mjs'
import { loadColumns, measureLoad } from '../load.mjs'

/** @type {import('../scenario.mjs').Scenario} */
export default {
  name: 'hello',
  title: 'Hello world: 1 process x 5 threads, 32 connections',
  processes: 1,
  threads: 5,
  connections: 32,
  makeSite: makeHelloSite,
  columns: loadColumns,
  measure: measureLoad,
}
