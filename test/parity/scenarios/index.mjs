/** All scenarios, by the name of their file. */
import debug from './debug.mjs'
import environ from './environ.mjs'
import handlers from './handlers.mjs'
import log from './log.mjs'
import module from './module.mjs'
import requests from './requests.mjs'
import services from './services.mjs'
import world from './world.mjs'

/** @type {Record<string, import('../runner/run.mjs').Scenario[]>} */
export const scenarioFiles = {
  debug,
  environ,
  handlers,
  log,
  module,
  requests,
  services,
  world,
}
