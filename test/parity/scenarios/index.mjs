/** All scenarios, by the name of their file. */
import access from './access.mjs'
import bodies from './bodies.mjs'
import cgi from './cgi.mjs'
import compress from './compress.mjs'
import connections from './connections.mjs'
import debug from './debug.mjs'
import docs from './docs.mjs'
import environ from './environ.mjs'
import files from './files.mjs'
import frameworks from './frameworks.mjs'
import handlers from './handlers.mjs'
import heads from './heads.mjs'
import hosts from './hosts.mjs'
import http2 from './http2.mjs'
import limits from './limits.mjs'
import log from './log.mjs'
import module from './module.mjs'
import mounts from './mounts.mjs'
import options from './options.mjs'
import proxy from './proxy.mjs'
import requests from './requests.mjs'
import responses from './responses.mjs'
import runmodwsgi from './runmodwsgi.mjs'
import services from './services.mjs'
import setup from './setup.mjs'
import status from './status.mjs'
import strictness from './strictness.mjs'
import telemetry from './telemetry.mjs'
import tls from './tls.mjs'
import together from './together.mjs'
import traversal from './traversal.mjs'
import trust from './trust.mjs'
import world from './world.mjs'

/** @typedef {Record<string, import('../runner/run.mjs').Scenario[]>} ScenarioFiles */

/**
 * These agree with mod_wsgi-express, whose observations are recorded; `npm test` holds them to that.
 *
 * @type {ScenarioFiles}
 */
export const scenarioFiles = {
  access,
  bodies,
  compress,
  cgi,
  connections,
  debug,
  docs,
  environ,
  files,
  frameworks,
  handlers,
  heads,
  hosts,
  limits,
  http2,
  log,
  module,
  mounts,
  options,
  proxy,
  requests,
  responses,
  runmodwsgi,
  services,
  setup,
  status,
  strictness,
  tls,
  trust,
  together,
  traversal,
  telemetry,
  world,
}
