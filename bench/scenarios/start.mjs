/** From the start of the command to the first response. */
import { makeHelloSite } from '../hello-site.mjs'

/** @type {import('../scenario.mjs').Scenario} */
export default {
  name: 'start',
  title: 'Start to first response, hello world: 1 process x 5 threads',
  processes: 1,
  threads: 5,
  rounds: 5,
  makeSite: makeHelloSite,
  columns: [
    {
      key: 'milliseconds',
      title: 'ms',
      show: value => value.toFixed(0),
      better: 'less',
      combine: 'median',
    },
  ],
  measure: async ({ launch }) => {
    const start = performance.now()
    const server = await launch()
    const milliseconds = performance.now() - start
    await server.stop()
    return { milliseconds }
  },
}
