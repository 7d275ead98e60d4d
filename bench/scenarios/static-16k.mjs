/** A stylesheet of 16 KB that an alias names: no Python is needed to answer. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeHelloSite } from '../hello-site.mjs'
import { loadColumns, measureLoad } from '../load.mjs'

const stylesheet = '.row { color: #224466; margin: 0 }\n'.repeat(500).slice(0, 16 * 1024)

/** @type {import('../scenario.mjs').Scenario} */
export default {
  name: 'static-16k',
  title: 'Static file of 16 KB behind /static: 1 process x 5 threads, 32 connections',
  processes: 1,
  threads: 5,
  connections: 32,
  makeSite: async place => {
    const site = await makeHelloSite(place)
    await mkdir(join(place.folder, 'static'))
    await writeFile(join(place.folder, 'static/site.css'), stylesheet)
    return {
      ...site,
      staticFolder: true,
      path: '/static/site.css',
      isRight: body => body.toString() === stylesheet,
    }
  },
  columns: loadColumns,
  measure: measureLoad,
}
