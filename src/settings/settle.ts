/** Joins what the sources give into one frozen {@link Settings}, with absolute paths. */
import { isAbsolute, posix, resolve } from 'node:path'
import type { Given, GivenSettings } from './given.js'
import { devPort } from './https.js'
import { settleMode, unlimited } from './modes.js'
import type { OptionRow, PathRule } from './option-row.js'
import { fromDefault, type Origin } from './origin.js'
import type { ProjectFile } from './pyproject.js'
import {
  defaultSettings,
  type Pair,
  type SettingKey,
  type Settings,
  settingKey,
  settingOptions,
} from './settings.js'

/** What there is to join. */
export interface Sources {
  readonly commandLine: GivenSettings
  readonly environment: GivenSettings
  readonly project: ProjectFile | null
  /** Absolute directory of the command. */
  readonly cwd: string
}

/** The result, and for each setting where it came from. */
export interface Settled {
  readonly settings: Settings
  readonly origins: ReadonlyMap<SettingKey, Origin>
}

/** The values while they are put together. */
type Draft = { -readonly [Key in SettingKey]: Settings[Key] }

/** Takes each setting from the first source that gives it; a list is taken whole, never added to. */
export function settle(sources: Sources): Settled {
  const draft: Draft = { ...defaultSettings }
  const origins = new Map<SettingKey, Origin>()
  for (const row of settingOptions) {
    const key = settingKey(row.name)
    const given = firstGiven(sources, key)
    origins.set(key, given?.origin ?? fromDefault)
    if (given === null) continue
    const base = given.origin.source === 'pyproject.toml' ? sources.project!.directory : sources.cwd
    Object.assign(draft, { [key]: absolute(row, given.value, base, given.origin) })
  }
  settleTogether(draft, origins, sources)
  return { settings: frozen(draft), origins }
}

function firstGiven({ commandLine, environment, project }: Sources, key: SettingKey): Given | null {
  return commandLine.get(key) ?? environment.get(key) ?? project?.given.get(key) ?? null
}

function absolute(row: OptionRow, value: unknown, base: string, origin: Origin): unknown {
  if (row.type !== 'string' || row.path === undefined || value === null) return value
  const { path } = row
  // The worker resolves these, for it starts in the working directory; those of a file start at the file.
  if (path === 'in-working-directory' && origin.source !== 'pyproject.toml') return value
  if (row.arity === 2) {
    return (value as readonly Pair[]).map(([first, second]) => [first, onePath(path, second, base)])
  }
  if (row.repeatable) return (value as readonly string[]).map(item => onePath(path, item, base))
  return onePath(path, value as string, base)
}

function onePath(rule: PathRule, path: string, base: string): string {
  // The check refuses it, and is to say so.
  if (path === '') return path
  if (rule === 'program' && !path.includes('/')) return path
  const whole = resolve(base, path)
  return rule === 'keep-slash' && path.endsWith('/') && whole !== '/' ? `${whole}/` : whole
}

/** Rules of the original that need more than one setting. */
function settleTogether(draft: Draft, origins: Map<SettingKey, Origin>, sources: Sources): void {
  draft.pythonPath = searchPath(draft.pythonPath)
  if (draft.shutdownTimeout === 0) draft.shutdownTimeout = unlimited
  // A page that is loaded anew shows nothing new if the code is not.
  if (draft.liveReload) draft.reloadOnChanges = true
  settleMode(draft)
  draft.entryPoint = entryPoint(draft, origins, sources)
  draft.mountPoint = mountPoint(draft.mountPoint)
  draft.locale ??= draft.lang
  // The original reads 0 processes as given and then runs one.
  if (draft.processes === 0) draft.processes = 1
  if (draft.sslCertificate !== null) {
    draft.sslCertificateFile = `${draft.sslCertificate}.crt`
    draft.sslCertificateKeyFile = `${draft.sslCertificate}.key`
  }
  if (draft.httpsDev) draft.httpsPort ??= devPort(draft.port)
  // A log directory wins over the terminal, and the terminal over rotation.
  if (draft.logDirectory !== null) draft.logToTerminal = false
  if (draft.logToTerminal) draft.rotateLogs = false
}

/** The original joins the directories with colons, so that one value may hold several. */
function searchPath(values: readonly string[]): string[] {
  return values.flatMap(value => value.split(':')).filter(path => path !== '')
}

/** Left as given, but for one in a file, which starts at the file when it is a path at all. */
function entryPoint(
  draft: Draft,
  origins: Map<SettingKey, Origin>,
  { project }: Sources,
): string | null {
  const { entryPoint, applicationType } = draft
  const fromFile = origins.get('entryPoint')?.source === 'pyproject.toml'
  if (entryPoint === null || !fromFile || applicationType === 'module') return entryPoint
  return isAbsolute(entryPoint) ? entryPoint : resolve(project!.directory, entryPoint)
}

/** With a slash in front it is used as it is, even with one at the end; without, it is normalised. */
function mountPoint(value: string): string {
  if (value.startsWith('/')) return value
  const whole = posix.normalize(`/${value}`)
  return whole.length > 1 ? whole.replace(/\/$/, '') : whole
}

function frozen(draft: Draft): Settings {
  for (const value of Object.values(draft)) {
    if (!Array.isArray(value)) continue
    for (const item of value) Object.freeze(item)
    Object.freeze(value)
  }
  return Object.freeze(draft)
}
