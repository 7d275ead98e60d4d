/** Sites with files that an alias names: no Python is needed to answer. */
import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeHelloSite } from './hello-site.mjs'

const stylesheet = '.row { color: #224466; margin: 0 }\n'.repeat(500).slice(0, 16 * 1024)

/** When files were changed last. */
export const lastChange = new Date('2020-02-02T20:20:20Z')

/**
 * A site with a folder of files behind /static.
 *
 * @param {import('./scenario.mjs').SitePlace} place
 * @param {string} name of the file that is asked for
 * @param {(body: Buffer) => boolean} isRight recognises it
 * @param {(folder: string) => Promise<void>} makeFiles
 * @returns {Promise<import('./scenario.mjs').Site>}
 */
export async function makeStaticSite(place, name, isRight, makeFiles) {
  const site = await makeHelloSite(place)
  const folder = join(place.folder, 'static')
  await mkdir(folder)
  await makeFiles(folder)
  return { ...site, staticFolder: true, path: `/static/${name}`, isRight }
}

/**
 * One with a stylesheet of 16 KB.
 *
 * @param {import('./scenario.mjs').SitePlace} place
 */
export function makeStylesheetSite(place) {
  const isRight = body => body.toString() === stylesheet
  return makeStaticSite(place, 'site.css', isRight, async folder => {
    const file = join(folder, 'site.css')
    await writeFile(file, stylesheet)
    await utimes(file, lastChange, lastChange)
  })
}
