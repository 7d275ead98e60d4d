/** All scenarios, by the name of their file. */
import environ from './environ.mjs'
import log from './log.mjs'
import requests from './requests.mjs'

/** @type {Record<string, import('../runner/run.mjs').Scenario[]>} */
export const scenarioFiles = { environ, log, requests }
