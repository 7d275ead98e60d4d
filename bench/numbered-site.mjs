/** A Django site that tells which save of a module it runs. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDjangoSite } from './django-site.mjs'

const urls = `
from django.http import HttpResponse

from mysite.numbered import number

urlpatterns.append(path("number", lambda request: HttpResponse(str(number))))
`

/**
 * The plain project, whose /number tells what is in a module that nothing else needs.
 *
 * @param {import('./scenario.mjs').SitePlace} place
 * @param {{ urls?: string, settings?: string }} [more] Python at the end of these modules
 * @returns {Promise<import('./scenario.mjs').Site>}
 */
export async function makeNumberedSite(place, more = {}) {
  const site = await makeDjangoSite(place, { ...more, urls: urls + (more.urls ?? '') })
  await saveNumber(place.folder, 0)
  return { ...site, path: '/number', isRight: body => /^\d+$/.test(body.toString()) }
}

/**
 * Saves the module. Python takes bytecode of the same second and size for current, so that a save has another size than
 * the two before it.
 *
 * @param {string} folder of the site
 * @param {number} number
 */
export async function saveNumber(folder, number) {
  const line = `number = ${number}`.padEnd(20)
  await writeFile(join(folder, 'mysite/numbered.py'), `${line}${'#'.repeat(1 + (number % 3))}\n`)
}
