/** The text of `--help`, made from the options table and the commands. */
import { type CommandRow, commandRows } from './commands.js'
import { controlCommandRows } from './control-commands.js'
import { controlOptionRows } from './control-line.js'
import type { OptionRow } from './option-row.js'
import { sectionTitles } from './option-row.js'
import { defaultText, isRepeatable, optionSynopsis, stateText } from './option-text.js'
import { optionsFor } from './options.js'

/** Columns of the page: COLUMNS within reason, else 80. Lines over 100 are hard to follow. */
export function pageWidth(environment: NodeJS.ProcessEnv): number {
  const columns = Number(environment.COLUMNS)
  return Number.isInteger(columns) && columns > 0 ? Math.min(Math.max(columns, 40), 100) : 80
}

/** What `modwsgi-dev --help` prints. */
export function mainHelp(width: number): string {
  const commands = commandList(
    commandRows.map(({ name, help }) => [name, help]),
    width,
  )
  return page([
    'Usage: modwsgi-dev COMMAND [arguments]',
    '',
    ...wrap('Runs a WSGI site from any mod_wsgi-express command line, without Apache.', width),
    '',
    'Commands:',
    ...commands,
    '',
    ...wrap('modwsgi-dev COMMAND --help lists the options of a command', width),
    ...wrap('modwsgi-dev --version prints the version', width),
  ])
}

/** What `modwsgi-dev COMMAND --help` prints. */
export function commandHelp(command: CommandRow, width: number): string {
  const positional = command.entryPoint ? ' [ENTRY-POINT]' : ''
  const word = command.options === 'control' ? ' COMMAND' : positional
  const options = command.options === 'none' ? '' : ' [options]'
  return page([
    `Usage: modwsgi-dev ${command.name}${word}${options}`,
    '',
    ...wrap(command.help, width),
    ...optionList(command, width),
  ])
}

function optionList(command: CommandRow, width: number): string[] {
  if (command.options === 'all')
    return [...sections(command, width), '', ...wrap(sourcesNote, width)]
  if (command.options === 'none') return []
  if (command.options === 'control') return controlPage(width)
  return ['', 'Options:', ...entry('--modules-directory DIRECTORY', modulesDirectoryHelp, width)]
}

function controlPage(width: number): string[] {
  const commands = controlCommandRows.map(({ name, argument, help }): [string, string] => [
    argument === null ? name : `${name} ${argument.metavar}`,
    help,
  ])
  const options = controlOptionRows.flatMap(row => entry(optionSynopsis(row), row.help, width))
  return [
    '',
    'Commands:',
    ...commandList(commands, width),
    '',
    'Options:',
    ...options,
    '',
    ...wrap(choiceNote, width),
  ]
}

const choiceNote =
  'Without --server-root, --host and --port it is the one server of this user that runs. The exit code is 0 when it is ' +
  'done, 1 when there is no such server or it refuses, and 2 for a mistake in the command.'

/** Of install-module, where the option is not the one of the table but names the place to copy to. */
const modulesDirectoryHelp = 'Modules directory of the Apache that gets the module'

const sourcesNote =
  'Each option can also be set by a variable, as MODWSGI_DEV_URL_ALIAS for --url-alias, or under its name ' +
  'in [tool.modwsgi-dev] of pyproject.toml. The command line wins over the variable, and the variable over ' +
  'the file. Options marked "not yet" are accepted and have no effect so far.'

function sections(command: CommandRow, width: number): string[] {
  const taken = optionsFor(command.name)
  return Object.entries(sectionTitles).flatMap(([section, title]) => {
    const rows = taken.filter(row => row.section === section && !row.hidden)
    return ['', `${title}:`, ...rows.flatMap(row => optionEntry(row, width))]
  })
}

function optionEntry(row: OptionRow, width: number): string[] {
  return entry(optionSynopsis(row), `${row.help}${notes(row)}`, width)
}

/** ` [default 8000; not yet]`, or nothing when there is nothing to say. */
function notes(row: OptionRow): string {
  const value = defaultText(row)
  const parts = [
    ...(value === null ? [] : [`default ${value}`]),
    ...(isRepeatable(row) ? ['may be repeated'] : []),
    ...(row.parity === 'works' ? [] : [stateText(row)]),
  ]
  return parts.length === 0 ? '' : ` [${parts.join('; ')}]`
}

function commandList(commands: readonly [name: string, help: string][], width: number): string[] {
  const longest = Math.max(...commands.map(([name]) => name.length))
  return commands.flatMap(([name, help]) => hanging(`  ${name.padEnd(longest + 2)}`, help, width))
}

function entry(synopsis: string, text: string, width: number): string[] {
  return [`  ${synopsis}`, ...wrap(text, width - 6).map(line => `      ${line}`)]
}

/** Text beside a head of fixed width, its further lines under the first. */
function hanging(head: string, text: string, width: number): string[] {
  const [first, ...rest] = wrap(text, width - head.length)
  return [head + first, ...rest.map(line => ' '.repeat(head.length) + line)]
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

function page(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}
