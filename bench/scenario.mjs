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
 * @property {boolean} [cold] only servers that can be told to start every worker from nothing
 * @property {string[]} [servers] only these are measured, where `--server` names none
 * @property {string[]} [packages] what the site needs of PyPI beside Django, by its name there
 * @property {number} [rounds] how often each server is measured, where `--rounds` says nothing
 * @property {(place: SitePlace) => Promise<Site>} makeSite
 * @property {Column[]} columns the first is the one that servers are compared by
 * @property {(subject: Subject) => Promise<Record<string, number>>} measure one round of one server:
 *   a number for each column
 * @property {Target[]} [targets] what the figures of modwsgi-dev are held against
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
 * @property {NodeJS.ProcessEnv} [env] what servers have in their environment for it
 *
 * @typedef {object} Subject
 * @property {(how?: Launch) => Promise<import('./server-process.mjs').ServerProcess>} launch starts the server and waits
 *   for the first right response
 * @property {(code: string) => Promise<string>} runPython what this prints, with the folder and environment of the servers
 * @property {string} folder of the site
 * @property {string} path
 * @property {number} connections
 * @property {number} seconds how long to put load on it
 * @property {number} [saves] how often to save, where `--saves` says so
 *
 * @typedef {object} Launch
 * @property {boolean} [reloads] it is told to see changes of the code
 * @property {boolean} [cold] it is told to start every worker from nothing
 * @property {number} [processes] where the scenario has several measured in one round
 *
 * @typedef {object} Column
 * @property {string} key
 * @property {string} title
 * @property {(value: number) => string} show
 * @property {'more' | 'less'} [better] only the first column needs it
 * @property {'median' | 'sum' | 'most'} combine how the rounds become one number
 *
 * @typedef {object} Target
 * @property {string} key of the column
 * @property {string} says the bound, for people
 * @property {(figures: Record<string, number>) => number} most the bound, which may depend on other columns
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
