/** A file of 1 GB: how fast it comes, and what the server needs for it. */
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { downloadColumns, measureDownloads } from '../download.mjs'
import { makeStaticSite } from '../static-site.mjs'

const size = 1024 ** 3

/** @type {import('../scenario.mjs').Scenario} */
export default {
  name: 'static-large',
  title: 'Static file of 1 GB: 1 process x 5 threads, 1 client',
  processes: 1,
  threads: 5,
  makeSite: async place => {
    // What is asked before it is measured is small.
    const isRight = body => body.toString() === 'small'
    const site = await makeStaticSite(place, 'small.bin', isRight, async folder => {
      await writeFile(join(folder, 'small.bin'), 'small')
      await writeFile(join(folder, 'large.bin'), '')
      // Without blocks on the disk: this is about the server.
      await truncate(join(folder, 'large.bin'), size)
    })
    return site
  },
  columns: downloadColumns,
  measure: subject => measureDownloads(subject, '/static/large.bin', size),
}
