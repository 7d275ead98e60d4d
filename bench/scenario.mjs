/**
 * What a scenario is. Each file of bench/scenarios exports one as its default; a new file there is a
 * new scenario.
 *
 * @typedef {object} Scenario
 * @property {string} name the name of its file; `--only` takes it
 * @property {string} title heading of its table: what is asked of the servers
 * @property {number} processes
 * @property {number} threads for each process
 * @property {number} [connections] how many the load keeps busy; servers with a limit get a higher one
 * @property {boolean} [reloads] only servers that can see changes of the code are measured
 * @property {number} [rounds] how often each server is measured, where `--rounds` says nothing
 * @property {(place: SitePlace) => Promise<Site>} makeSite
 * @property {Column[]} columns the first is the one that servers are compared by
 * @property {(subject: Subject) => Promise<Record<string, number>>} measure one round of one server:
 *   a number for each column
 *
 * @typedef {object} SitePlace
 * @property {string} folder an empty folder that every user of the machine can read
 * @property {string} python
 *
 * @typedef {object} Site
 * @property {string} folder working directory, first on the path of modules
 * @property {string} script the WSGI script in it
 * @property {string} module the same as a module
 * @property {boolean} [django] has a manage.py; is named to mod_wsgi-express by its module
 * @property {boolean} [staticFolder] has `static`, which has to be served as /static
 * @property {string} path of the page that is asked for
 * @property {(body: Buffer) => boolean} isRight recognises that page
 *
 * @typedef {object} Subject
 * @property {(how?: { reloads?: boolean }) => Promise<import('./server-process.mjs').ServerProcess>} launch starts the
 *   server and waits for the first right response; reloads: it is told to see changes of the code
 * @property {string} folder of the site
 * @property {string} path
 * @property {number} connections
 * @property {number} seconds how long to put load on it
 *
 * @typedef {object} Column
 * @property {string} key
 * @property {string} title
 * @property {(value: number) => string} show
 * @property {'more' | 'less'} [better] only the first column needs it
 * @property {'median' | 'sum' | 'most'} combine how the rounds become one number
 */
import { readdir } from 'node:fs/promises'

/**
 * All scenarios, in the order of their names with `hello` first.
 *
 * @returns {Promise<Scenario[]>}
 */
export async function allScenarios() {
  const folder = new URL('./scenarios/', import.meta.url)
  const files = (await readdir(folder)).filter(name => name.endsWith('.mjs')).sort()
  const modules = await Promise.all(files.map(name => import(new URL(name, folder).href)))
  const first = scenario => (scenario.name === 'hello' ? 0 : 1)
  return modules.map(module => module.default).sort((a, b) => first(a) - first(b))
}
