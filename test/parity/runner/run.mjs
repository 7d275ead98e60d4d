/** Runs scenarios on one tool and gives what was observed. */
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Backend } from './backend.mjs'
import { freePort, releasePort } from './free-port.mjs'
import { replaceParticulars } from './observation.mjs'
import { StartedTool } from './started-tool.mjs'

const apps = fileURLToPath(new URL('../apps/', import.meta.url))

/**
 * @typedef {(site: Site) => Promise<unknown>} Probe gives what both tools have to agree on
 *
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string | null} [app] file in test/parity/apps, copied into the folder; default `mirror.py`; null: none
 * @property {string} [folder] a folder in test/parity/apps whose files are copied, too
 * @property {readonly string[]} [entry] what is served, instead of `app`
 * @property {readonly string[]} [arguments] after `start-server SCRIPT`; `{folder}` stands for the folder
 * @property {Record<string, string>} [files] more files of the folder
 * @property {Record<string, string>} [links] symbolic links in it, and where they lead
 * @property {NodeJS.ProcessEnv} [env]
 * @property {boolean} [terminal] true: the tool runs on a terminal of its own
 * @property {boolean} [starts] false: the probes start the tool themselves (`site.start`)
 * @property {boolean} [anyHost] true: the tool is not told which address to listen on
 * @property {boolean} [https] true: `{https}` in arguments stands for a free port, `site.httpsPort`
 * @property {boolean} [backend] true: a server to be a proxy for (`site.backend`); in arguments `{backend}` stands for
 *   its address, and `{nobody}` for one on which nobody listens
 * @property {Record<string, Probe>} probes run one after the other
 * @property {number} [atOnce] so many of them at the same time, since they wait and none disturbs another
 * @property {readonly string[]} [asAccount] probes that need an account for which not everything is allowed
 * @property {Record<string, string>} [differs] for probes that differ on purpose: the first cell of the row in
 *   docs/differences.md
 */

/** What a probe works with: the folder of its scenario, and the tool that runs in it. */
export class Site {
  /** @type {StartedTool} */
  server
  /** @type {StartedTool[]} */
  started = []
  /** @type {Backend} */
  backend
  nobody = ''
  httpsPort = 0

  /**
   * @param {import('./started-tool.mjs').Tool} tool
   * @param {Scenario} scenario
   * @param {string} folder
   */
  constructor(tool, scenario, folder) {
    this.tool = tool
    this.scenario = scenario
    this.folder = folder
  }

  path(...names) {
    return join(this.folder, ...names)
  }

  /** Writes a file so that a server of another user may read, and change, it. */
  async write(name, text, modified) {
    const path = this.path(name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
    await chmod(path, 0o666)
    if (modified !== undefined) await utimes(path, modified, modified)
    return path
  }

  /**
   * Starts the tool with the arguments of the scenario and more; what ran before is stopped.
   *
   * @param {{ more?: readonly string[], instead?: readonly string[], env?: NodeJS.ProcessEnv,
   *   command?: string, listens?: boolean, entry?: readonly string[] }} [options]
   */
  async start(options = {}) {
    await this.stop()
    const { more = [], instead, env = {}, command = 'start-server', listens = true } = options
    const port = await freePort()
    if (this.scenario.https) this.httpsPort = await freePort()
    const serverRoot = this.path(`root${this.started.length + 1}`)
    const app = this.scenario.app === undefined ? 'mirror.py' : this.scenario.app
    const entry = options.entry ?? this.scenario.entry ?? (app === null ? [] : [app])
    const given = instead ?? [...(this.scenario.arguments ?? []), ...more]
    const host = this.scenario.anyHost ? [] : ['--host', '127.0.0.1']
    const own = [...host, '--port', String(port), '--server-root', serverRoot]
    const managed = command === 'runmodwsgi'
    const tool = managed ? { ...this.tool, command: this.tool.manage } : this.tool
    const server = new StartedTool(tool, {
      arguments: [command, ...entry, ...given.map(text => this.#expand(text)), ...own],
      folder: this.folder,
      port,
      serverRoot,
      env: { ...this.scenario.env, ...env },
      terminal: this.scenario.terminal ?? false,
    })
    this.started.push(server)
    this.server = server
    if (listens) await server.listening()
    return server
  }

  /**
   * Runs the tool with these arguments, as they are, until it ends or listens; then it is stopped.
   *
   * @param {readonly string[]} args `{folder}`, `{port}` and `{root}` stand for what is particular to this run
   * @param {{ env?: NodeJS.ProcessEnv, account?: boolean }} [options] account: with the arguments that only
   *   this tool needs, after the command
   * @returns {Promise<{ ended: number | string, stdout: string, stderr: string }>}
   */
  async run(args, { env = {}, account = true } = {}) {
    const port = await freePort()
    const serverRoot = this.path(`root${this.started.length + 1}`)
    const given = args.map(text =>
      this.#expand(text).replaceAll('{port}', String(port)).replaceAll('{root}', serverRoot),
    )
    const extra = account ? this.tool.extra : []
    const server = new StartedTool(
      { ...this.tool, extra: [] },
      {
        arguments: [...given.slice(0, 1), ...extra, ...given.slice(1)],
        folder: this.folder,
        port,
        serverRoot,
        env: { ...this.scenario.env, ...env },
      },
    )
    this.started.push(server)
    const ended = await Promise.race([
      server.exited.then(({ code, signal }) => code ?? String(signal)),
      server.listening().then(
        () => 'listens',
        () => server.exited.then(({ code, signal }) => code ?? String(signal)),
      ),
    ])
    if (ended === 'listens') await server.printed(/./)
    const { stdout, stderr } = server
    if (ended === 'listens') await server.stop()
    return { ended, stdout, stderr }
  }

  async stop() {
    await this.server?.stop()
  }

  ask(request, options) {
    return this.server.ask(request, options)
  }

  tell(path, fields) {
    return this.server.tell(path, fields)
  }

  connect() {
    return this.server.connect()
  }

  /** @returns {(readonly [string | RegExp, string])[]} */
  get particulars() {
    return [
      ...this.started.map(({ serverRoot }) => [serverRoot, '(root)']).reverse(),
      [this.folder, '(folder)'],
      ...this.started.map(({ port }) => [new RegExp(`\\b${port}\\b`, 'g'), '(port)']),
      ...(this.httpsPort ? [[new RegExp(`\\b${this.httpsPort}\\b`, 'g'), '(https port)']] : []),
      ...(this.backend ? [[`127.0.0.1:${this.backend.port}`, '(backend)']] : []),
      ...(this.nobody ? [[this.nobody, '(nobody)']] : []),
    ]
  }

  #expand(text) {
    return text
      .replaceAll('{folder}', this.folder)
      .replaceAll('{https}', String(this.httpsPort))
      .replaceAll('{backend}', `127.0.0.1:${this.backend?.port}`)
      .replaceAll('{nobody}', this.nobody)
  }
}

/**
 * Runs one scenario. A probe that throws is observed as `{ failed: message }`.
 *
 * @param {import('./started-tool.mjs').Tool} tool
 * @param {Scenario} scenario
 * @returns {Promise<Record<string, unknown>>} observations by probe
 */
export async function runScenario(tool, scenario) {
  const folder = await mkdtemp(join(tmpdir(), 'modwsgi-parity-'))
  await chmod(folder, 0o777)
  const site = new Site(tool, scenario, folder)
  const seen = {}
  try {
    if (scenario.backend) {
      site.backend = await Backend.open()
      site.nobody = `127.0.0.1:${await freePort()}`
    }
    await prepare(site)
    const { probes, atOnce = 1 } = scenario
    if (atOnce > 1 && scenario.starts !== false) await site.start()
    const names = Object.keys(probes)
    await inLanes(names, atOnce, async name => {
      seen[name] = await observation(site, probes[name])
    })
  } finally {
    for (const server of site.started) {
      await server.stop()
      releasePort(server.port)
    }
    if (site.nobody !== '') releasePort(Number(site.nobody.split(':')[1]))
    site.backend?.close()
    await rm(folder, { recursive: true, force: true })
  }
  return Object.fromEntries(Object.keys(scenario.probes).map(name => [name, seen[name]]))
}

/** When the files of a scenario were last changed: long ago, so that validators of them are strong. */
const past = new Date('2020-02-02T20:20:20Z')

/** When the files of a scenario were changed: 2020-02-02 20:20:20 UTC. */
const _lastChange = 1580674820

async function prepare(site) {
  const { app = 'mirror.py', folder, files = {}, links = {} } = site.scenario
  if (app !== null) await copyApp(site, app)
  for (const name of folder === undefined ? [] : await filesOf(folder)) await copyApp(site, name)
  for (const [name, text] of Object.entries(files)) await site.write(name, text, past)
  for (const [name, target] of Object.entries(links)) await symlink(target, site.path(name))
}

async function copyApp(site, name) {
  await mkdir(dirname(site.path(name)), { recursive: true })
  await copyFile(join(apps, name), site.path(name))
  await chmod(site.path(name), 0o666)
}

async function filesOf(folder) {
  const names = await readdir(join(apps, folder))
  return names.filter(name => name.endsWith('.py')).map(name => join(folder, name))
}

async function observation(site, probe) {
  try {
    if (site.server === undefined && site.scenario.starts !== false) await site.start()
    return replaceParticulars(await probe(site), site.particulars) ?? null
  } catch (error) {
    return { failed: replaceParticulars(String(error.message), site.particulars) }
  }
}

/**
 * Runs scenarios, some at a time since most of what they do is wait.
 *
 * @param {import('./started-tool.mjs').Tool} tool
 * @param {readonly Scenario[]} scenarios
 * @param {{ atOnce?: number, told?: (name: string) => void }} [options]
 * @returns {Promise<Record<string, Record<string, unknown>>>}
 */
export async function runScenarios(tool, scenarios, { atOnce = 5, told = () => {} } = {}) {
  const results = {}
  await inLanes(scenarios, atOnce, async scenario => {
    results[scenario.name] = await runScenario(tool, scenario)
    told(scenario.name)
  })
  return Object.fromEntries(scenarios.map(({ name }) => [name, results[name]]))
}

/** Does all items in this order, so many at a time. */
async function inLanes(items, atOnce, work) {
  const left = [...items]
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}
