/** argv to a request: which command, with which settings, and what has to be said about them. */
import { UserError } from '../base/errors.js'
import { checkSettings } from './check.js'
import { didYouMean } from './closest.js'
import { readArguments } from './command-line.js'
import { type CommandName, type CommandRow, commandRows } from './commands.js'
import { type ControlLine, readControlLine } from './control-line.js'
import { readEnvironment } from './environment.js'
import { expandVariables } from './expand-variables.js'
import type { Given, GivenSettings } from './given.js'
import { commandHelp, mainHelp, pageWidth } from './help.js'
import type { OptionRow, Parity } from './option-row.js'
import { allOptions, optionsFor } from './options.js'
import { fromCommandLine, type Origin } from './origin.js'
import { readProjectFile } from './pyproject.js'
import { type SettingKey, type Settings, settingKey, settingOptions } from './settings.js'
import { type Settled, settle } from './settle.js'

/** What the command line was read in. */
export interface CommandContext {
  /** Absolute directory the command was started in. */
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** See {@link readProjectFile}. */
  readonly mayBeClosed?: boolean
}

/** The command line asks how the tool is used, or shows that nobody knows. */
export interface HelpRequest {
  readonly kind: 'help'
  /** False: there is no command, which is a mistake. */
  readonly asked: boolean
  readonly text: string
  /** The command whose options the text lists. */
  readonly command?: CommandName
}

/** The command line asks for the version. */
export interface VersionRequest {
  readonly kind: 'version'
}

/** The command line asks for something to be done. */
export interface CommandRequest {
  readonly kind: 'command'
  readonly command: Exclude<CommandName, 'ctl'>
  /** The same as the setting `entryPoint`, which wins over the positional argument. */
  readonly entryPoint: string | null
  readonly settings: Settings
  /** There is a pyproject.toml. */
  readonly hasProjectFile: boolean
  readonly origins: ReadonlyMap<SettingKey, Origin>
  /** Options that were given and have no effect yet, as `--http2`. */
  readonly notYet: readonly string[]
  /** Options that were given and never have an effect here. */
  readonly inert: readonly string[]
}

/** The command line asks something of a server that runs. */
export interface ControlOfServer extends ControlLine {
  readonly kind: 'control'
}

/** What a command line asks for. */
export type Request = HelpRequest | VersionRequest | CommandRequest | ControlOfServer

/**
 * Reads a command line (without `node` and the script), the MODWSGI_DEV_* variables and the nearest
 * pyproject.toml, in this order of precedence, and checks the result.
 *
 * @throws UserError with exit code 2 and one sentence for the user, for every mistake in them
 */
export function readCommandLine(argv: readonly string[], context: CommandContext): Request {
  const [name, ...rest] = argv
  const width = pageWidth(context.env)
  if (name === undefined) return { kind: 'help', asked: false, text: missingCommand(width) }
  if (name === '--help' || name === '-h') {
    return { kind: 'help', asked: true, text: mainHelp(width) }
  }
  if (name === '--version') return { kind: 'version' }
  const command = findCommand(name)
  const written = rest.map(argument => expandVariables(argument, context.env))
  if (command.name === 'ctl') {
    const line = readControlLine(written, context.cwd)
    if (line) return { kind: 'control', ...line }
    return { kind: 'help', asked: true, command: command.name, text: commandHelp(command, width) }
  }
  const { given, positionals, help } = readArguments(written, optionsOf(command))
  if (help) {
    return { kind: 'help', asked: true, command: command.name, text: commandHelp(command, width) }
  }
  refusePositionals(command, positionals)
  const commandLine = withPositional(given, positionals)
  const sources = otherSources(command, context)
  return {
    ...describe(command, settle({ ...sources, commandLine })),
    hasProjectFile: sources.project !== null,
  }
}

function missingCommand(width: number): string {
  return `modwsgi-dev: name a command, as in modwsgi-dev start-server\n\n${mainHelp(width)}`
}

type KnownCommand = (typeof commandRows)[number]
type CommandOnSettings = Exclude<KnownCommand, { name: 'ctl' }>

function findCommand(name: string): KnownCommand {
  const command = commandRows.find(row => row.name === name)
  if (command !== undefined) return command
  throw new UserError(
    name.startsWith('-')
      ? `The command comes first, before ${JSON.stringify(name)}, as in modwsgi-dev start-server`
      : `There is no command ${JSON.stringify(name)}${commandHint(name)}`,
  )
}

/** Someone who names an entry point at once has forgotten the command. */
function commandHint(name: string): string {
  const near = didYouMean(
    name,
    commandRows.map(row => row.name),
  )
  return near !== '' || !/[./]/.test(name) ? near : `, did you mean start-server ${name}`
}

/** The rows whose options a command takes. */
function optionsOf(command: CommandRow): readonly OptionRow[] {
  if (command.options === 'all') return optionsFor(command.name)
  const names = command.options === 'none' ? ['--help'] : ['--help', '--modules-directory']
  return allOptions.filter(row => names.includes(row.name))
}

/** More than one entry point is no mistake in the original: the first counts. */
function refusePositionals(command: CommandRow, positionals: readonly string[]): void {
  if (command.entryPoint || positionals.length === 0) return
  throw new UserError(`${command.name} takes options only, got ${JSON.stringify(positionals[0])}`)
}

function withPositional(given: GivenSettings, positionals: readonly string[]): GivenSettings {
  const [first] = positionals
  if (!first || given.get('entryPoint')?.value) return given
  const entry: Given = { value: first, origin: fromCommandLine }
  return new Map([...given, ['entryPoint', entry]])
}

function otherSources(command: CommandRow, { cwd, env, mayBeClosed }: CommandContext) {
  if (command.options !== 'all') return { environment: new Map(), project: null, cwd }
  const project = readProjectFile(cwd, mayBeClosed)
  // The project's Django settings name the application; a file made for start-server does not replace it.
  if (project !== null && !command.entryPoint) {
    const given = new Map(project.given)
    given.delete('entryPoint')
    return { environment: readEnvironment(env), project: { ...project, given }, cwd }
  }
  return { environment: readEnvironment(env), project, cwd }
}

function describe(
  command: CommandOnSettings,
  { settings, origins }: Settled,
): Omit<CommandRequest, 'hasProjectFile'> {
  checkSettings(settings, origins)
  return {
    kind: 'command',
    command: command.name,
    entryPoint: settings.entryPoint,
    settings,
    origins,
    notYet: givenWith('not-yet', settings, origins),
    inert: givenWith('inert', settings, origins),
  }
}

/** The options of one parity that were given; a flag that was switched off counts as not given. */
function givenWith(
  parity: Parity,
  settings: Settings,
  origins: ReadonlyMap<SettingKey, Origin>,
): string[] {
  return settingOptions
    .filter(row => row.parity === parity)
    .filter(row => {
      const key = settingKey(row.name)
      return origins.get(key)?.source !== 'default' && settings[key] !== false
    })
    .map(row => row.name)
}
