/** All scenarios, by the name of their file. */
import bodies from './bodies.mjs'
import connections from './connections.mjs'
import debug from './debug.mjs'
import environ from './environ.mjs'
import files from './files.mjs'
import frameworks from './frameworks.mjs'
import handlers from './handlers.mjs'
import heads from './heads.mjs'
import hosts from './hosts.mjs'
import log from './log.mjs'
import module from './module.mjs'
import options from './options.mjs'
import proxy from './proxy.mjs'
import requests from './requests.mjs'
import responses from './responses.mjs'
import runmodwsgi from './runmodwsgi.mjs'
import services from './services.mjs'
import setup from './setup.mjs'
import strictness from './strictness.mjs'
import trust from './trust.mjs'
import world from './world.mjs'

/** @typedef {Record<string, import('../runner/run.mjs').Scenario[]>} ScenarioFiles */

/**
 * These agree with mod_wsgi-express, whose observations are recorded; `npm test` holds them to that.
 *
 * @type {ScenarioFiles}
 */
export const scenarioFiles = {
  bodies,
  connections,
  debug,
  environ,
  files,
  frameworks,
  handlers,
  heads,
  hosts,
  log,
  module,
  options,
  proxy,
  requests,
  responses,
  runmodwsgi,
  services,
  setup,
  strictness,
  trust,
  world,
}
