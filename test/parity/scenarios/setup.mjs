/** Command lines that write the files of the server root and start nothing, and what is printed of them. */
import { banner, where } from '../runner/command-line.mjs'

/** @typedef {import('../runner/run.mjs').Scenario} Scenario */

/** @type {Scenario} */
const settingUp = {
  name: 'setting up',
  starts: false,
  probes: {
    'set up only': banner(['start-server', 'mirror.py', ...where, '--setup-only']),
    'setup-server': banner(['setup-server', 'mirror.py', ...where]),
  },
  differs: {
    'set up only': 'what set-up prints',
    'setup-server': 'what set-up prints',
  },
}

export default [settingUp]
