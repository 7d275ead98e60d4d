/** All scenarios, by the name of their file. */
import bodies from './bodies.mjs'
import connections from './connections.mjs'
import environ from './environ.mjs'
import files from './files.mjs'
import options from './options.mjs'
import requests from './requests.mjs'
import responses from './responses.mjs'

/** @type {Record<string, import('../runner/run.mjs').Scenario[]>} */
export const scenarioFiles = { environ, requests, responses, bodies, connections, files, options }
