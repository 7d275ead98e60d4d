import type { OptionRow } from '../option-row.js'

/** The options of the section `mounts`, in the order of `--help`. */
export const mountsOptions = [
  {
    name: '--mount-point',
    section: 'mounts',
    arity: 1,
    type: 'string',
    default: '/',
    metavar: 'URL-PATH',
    help: 'URL path at which the application answers',
    parity: 'works',
  },
  {
    name: '--url-alias',
    section: 'mounts',
    arity: 2,
    type: 'string',
    repeatable: true,
    default: [],
    metavar: 'URL-PATH FILE-PATH|DIRECTORY-PATH',
    form: ['filled', 'filled'],
    path: 'keep-slash',
    help: 'URL path and the file or directory that is served there; the longest matching path wins',
    parity: 'works',
  },
  {
    name: '--add-handler',
    section: 'mounts',
    arity: 2,
    type: 'string',
    repeatable: true,
    default: [],
    metavar: 'EXTENSION SCRIPT-PATH',
    form: ['filled', null],
    path: 'absolute',
    help: 'File name extension, with its dot, and the Python script that answers for files of that extension',
    parity: 'works',
  },
] as const satisfies readonly OptionRow[]
