/** All scenarios, by the name of their file. */
import bodies from './bodies.mjs'
import connections from './connections.mjs'
import debug from './debug.mjs'
import environ from './environ.mjs'
import files from './files.mjs'
import handlers from './handlers.mjs'
import log from './log.mjs'
import module from './module.mjs'
import options from './options.mjs'
import requests from './requests.mjs'
import responses from './responses.mjs'
import services from './services.mjs'
import world from './world.mjs'

/** @type {Record<string, import('../runner/run.mjs').Scenario[]>} */
export const scenarioFiles = {
  bodies,
  connections,
  debug,
  environ,
  files,
  handlers,
  log,
  module,
  options,
  requests,
  responses,
  services,
  world,
}
