/** The text of docs/options.md, made from the options table; scripts/write-options-doc.mjs writes it. */
import { variableName } from './environment.js'
import type { OptionRow } from './option-row.js'
import { sectionTitles } from './option-row.js'
import { defaultText, isRepeatable, optionSynopsis, stateText } from './option-text.js'
import { allOptions } from './options.js'

/** The whole page in Markdown. */
export function optionsPage(): string {
  const sections = Object.entries(sectionTitles).map(([section, title]) =>
    sectionText(
      title,
      allOptions.filter(row => row.section === section),
    ),
  )
  return `${[introduction(), ...sections].join('\n\n')}\n`
}

function introduction(): string {
  const count = (parity: OptionRow['parity']) =>
    allOptions.filter(row => row.parity === parity).length
  return `# Options

<!-- Made by scripts/write-options-doc.mjs from src/settings/options.ts; edit that. -->

Every option of mod_wsgi-express 6.0.5 is accepted, and those of modwsgi-dev itself: ${allOptions.length}
in all. The state of an option is *works* (${count('works')}), *not yet* (accepted, named at the start, without effect so
far; ${count('not-yet')}) or *no effect* (accepted for good, because there is nothing it could do here; ${count('inert')}).

## Where values come from

The first of these that gives an option wins. A list is taken whole from one place, never put together.

1. The command line.
2. The variable of the option: \`MODWSGI_DEV_\` and its name in capitals, as \`MODWSGI_DEV_URL_ALIAS\`. Empty
   means not set. Flags take 1, true, yes or on, and 0, false, no or off. An option that may be repeated takes
   its values separated by line breaks, and by colons as well unless the option says that its values hold
   colons; two values that belong together are separated by a blank:
   \`MODWSGI_DEV_URL_ALIAS="/static static:/media /srv/media"\`. A \`MODWSGI_DEV_\` name of no option is an error.
3. The table \`[tool.modwsgi-dev]\` of the nearest \`pyproject.toml\`, from the current directory upwards. Keys
   are the names of the options without the dashes in front; paths are relative to the file. A key of no option
   and a value of the wrong type are errors. \`entry-point\` names the application for \`start-server\`.

   \`\`\`toml
   [tool.modwsgi-dev]
   application-type = "module"
   entry-point = "mysite.wsgi"
   reload-on-changes = true
   processes = 2
   url-alias = [["/static", "static"], ["/media", "media"]]
   \`\`\`
4. The default.

## When they are read

At the start, and by a server that runs with SIGHUP, \`modwsgi-dev ctl restart\` and the key r: then pyproject.toml (or the
settings of a server that was set up), the envvars script, error documents, the file of MIME types and, for \`runmodwsgi\`,
the settings of Django count as they are now, and the new workers live by them. Options marked *at the start only* keep their values; the log names those that have
another one now. With a mistake in them everything stays as it was, and the log has the sentence.

## How the command line is read

As mod_wsgi-express reads it. Options and the entry point may be mixed; \`--\` ends the options. A name may be
shortened as long as it fits one option only. \`--name value\` and \`--name=value\` are the same, and of an
option with two values the first may stand behind the equals sign. The arguments after an option are its
values whatever they look like, even with a dash in front. The last value of an option counts; those marked
*repeatable* collect. Whole numbers may be written in hexadecimal (0x), binary (0b) or octal (a zero in
front). \`$NAME\` and \`\${NAME}\` in an argument stand for environment variables; a name that is not set stays as
it is. An empty value counts as not given, or is refused where mod_wsgi-express refuses it. Paths are relative to the current directory, but for those of
\`--python-path\` and \`--socket-prefix\`.

A mistake in an option ends the command with exit code 2 and one sentence that names the option and the value.`
}

function sectionText(title: string, rows: readonly OptionRow[]): string {
  return [
    `## ${title}`,
    '',
    '| Option and variable | Type | Default | Meaning | State |',
    '|---|---|---|---|---|',
    ...rows.map(tableRow),
  ].join('\n')
}

function tableRow(row: OptionRow): string {
  const variable = row.name === '--help' ? '' : `<br>\`${variableName(row.name)}\``
  const cells = [
    `\`${optionSynopsis(row)}\`${variable}`,
    typeText(row),
    defaultCell(row),
    `${row.help}${remarks(row)}`,
    stateText(row),
  ]
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function typeText(row: OptionRow): string {
  if (row.type === 'flag') return 'flag'
  if (row.type === 'int') return 'whole number'
  if (row.type === 'float') return 'number'
  const kind = row.arity === 2 ? 'two texts' : 'text'
  return isRepeatable(row) ? `${kind}, repeatable` : kind
}

function defaultCell(row: OptionRow): string {
  if (row.type === 'flag') return 'off'
  if (isRepeatable(row)) return 'none'
  const value = defaultText(row)
  return value === null ? '' : `\`${value}\``
}

function remarks(row: OptionRow): string {
  const others = row.aliases?.filter(name => name.startsWith('--')) ?? []
  const colons = row.type === 'string' && row.colons
  return [
    ...others.map(name => `. Also written \`${name}\``),
    ...(row.onlyAtStart ? ['. *At the start only*'] : []),
    ...(row.hidden ? ['. Not listed by `--help`'] : []),
    ...(colons ? ['. In the variable, values are separated by line breaks only'] : []),
  ].join('')
}
