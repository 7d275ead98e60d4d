import type { OptionRow } from '../option-row.js'

/** Options that mod_wsgi-express does not have: what only a tool outside of Apache and Python needs. */
export const modwsgiDevOptions = [
  {
    name: '--python',
    section: 'modwsgi-dev',
    arity: 1,
    type: 'string',
    default: null,
    metavar: 'FILE-PATH',
    path: 'program',
    help: 'Python that runs the application; when not given the one of VIRTUAL_ENV, of .venv or venv in the working directory, or python3 on PATH',
    parity: 'works',
  },
  {
    name: '--log-format',
    section: 'modwsgi-dev',
    arity: 1,
    type: 'string',
    default: null,
    metavar: 'NAME',
    choices: ['pretty', 'apache', 'json'],
    help: 'Form of all log lines: pretty (for people, in colour on a terminal), apache (where --access-log-format and --error-log-format count) or json; when not given pretty on a terminal, if there is no format of your own, and apache elsewhere',
    parity: 'works',
  },
  {
    name: '--memory-limit',
    section: 'modwsgi-dev',
    arity: 1,
    type: 'int',
    default: 0,
    metavar: 'MEGABYTES',
    min: 0,
    help: 'Memory in MB that a worker process may use; one that uses more is replaced once its requests have ended, or after --graceful-timeout. 0 is no limit',
    parity: 'works',
  },
] as const satisfies readonly OptionRow[]
