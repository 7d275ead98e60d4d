/** All scenarios, by the name of their file. */
import environ from './environ.mjs'
import requests from './requests.mjs'
import responses from './responses.mjs'

/** @type {Record<string, import('../runner/run.mjs').Scenario[]>} */
export const scenarioFiles = { environ, requests, responses }
