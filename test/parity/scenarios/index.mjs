/** All scenarios, by the name of their file. */
import debug from './debug.mjs'
import environ from './environ.mjs'

/** @type {Record<string, import('../runner/run.mjs').Scenario[]>} */
export const scenarioFiles = { debug, environ }
