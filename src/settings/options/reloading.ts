import type { OptionRow } from '../option-row.js'

/** The options of the section `reloading`, in the order of `--help`. */
export const reloadingOptions = [
  {
    name: '--disable-reloading',
    section: 'reloading',
    arity: 0,
    type: 'flag',
    default: false,
    help: 'Switches off every kind of reloading',
    parity: 'works',
    onlyAtStart: true,
  },
  {
    name: '--reload-on-changes',
    section: 'reloading',
    arity: 0,
    type: 'flag',
    default: false,
    help: 'Replaces the workers when a file of a loaded module changes',
    parity: 'works',
    onlyAtStart: true,
  },
] as const satisfies readonly OptionRow[]
