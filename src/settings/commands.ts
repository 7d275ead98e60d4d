/** The commands, as far as reading their arguments goes. */

/** What a command takes after its name. */
export interface CommandRow {
  readonly name: string
  /** The options it takes: those of the table, one or some of its own for another purpose, or none. */
  readonly options: 'all' | 'modules-directory' | 'control' | 'none'
  /** Whether an entry point may be given without an option name. */
  readonly entryPoint: boolean
  readonly help: string
}

/** The commands in the order of `--help`. */
export const commandRows = [
  {
    name: 'start-server',
    options: 'all',
    entryPoint: true,
    help: 'Starts the server for an application',
  },
  {
    name: 'setup-server',
    options: 'all',
    entryPoint: true,
    help: 'Writes the files of the server root without starting the server',
  },
  {
    name: 'runmodwsgi',
    options: 'all',
    entryPoint: false,
    help: 'Starts the server for the Django project of the current directory',
  },
  {
    name: 'module-config',
    options: 'none',
    entryPoint: false,
    help: 'Prints how to load the compiled module into another Apache',
  },
  {
    name: 'module-location',
    options: 'none',
    entryPoint: false,
    help: 'Prints the path of the compiled module',
  },
  {
    name: 'install-module',
    options: 'modules-directory',
    entryPoint: false,
    help: 'Copies the compiled module into the modules directory of Apache',
  },
  {
    name: 'ctl',
    options: 'control',
    entryPoint: false,
    help: 'Shows and controls a running server',
  },
] as const satisfies readonly CommandRow[]

/** The name of a command. */
export type CommandName = (typeof commandRows)[number]['name']
