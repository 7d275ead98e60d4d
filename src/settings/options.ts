/**
 * The options table: every option of mod_wsgi-express 6.0.5, and our own. The parser, `--help`,
 * docs/options.md and the type of the settings all come from these rows; an option exists nowhere else.
 * To say that an option works now, change its `parity` in the file of its section.
 */
import type { OptionRow } from './option-row.js'
import { apacheOptions } from './options/apache.js'
import { applicationOptions } from './options/application.js'
import { authOptions } from './options/auth.js'
import { buffersOptions } from './options/buffers.js'
import { debugOptions } from './options/debug.js'
import { environmentOptions } from './options/environment.js'
import { httpOptions } from './options/http.js'
import { limitsOptions } from './options/limits.js'
import { loggingOptions } from './options/logging.js'
import { modwsgiDevOptions } from './options/modwsgi-dev.js'
import { mountsOptions } from './options/mounts.js'
import { processesOptions } from './options/processes.js'
import { proxyOptions } from './options/proxy.js'
import { reloadingOptions } from './options/reloading.js'
import { servicesOptions } from './options/services.js'
import { staticOptions } from './options/static.js'
import { telemetryOptions } from './options/telemetry.js'
import { timeoutsOptions } from './options/timeouts.js'
import { tlsOptions } from './options/tls.js'

/** All rows, section by section in the order of `--help`. */
export const optionRows = [
  ...modwsgiDevOptions,
  ...applicationOptions,
  ...processesOptions,
  ...reloadingOptions,
  ...environmentOptions,
  ...httpOptions,
  ...mountsOptions,
  ...staticOptions,
  ...proxyOptions,
  ...tlsOptions,
  ...authOptions,
  ...limitsOptions,
  ...timeoutsOptions,
  ...buffersOptions,
  ...loggingOptions,
  ...debugOptions,
  ...telemetryOptions,
  ...servicesOptions,
  ...apacheOptions,
] as const satisfies readonly OptionRow[]

/** A row with its literal types, from which {@link Settings} is made. */
export type TableRow = (typeof optionRows)[number]

/** The rows under the plain type, for code that walks over them. */
export const allOptions: readonly OptionRow[] = optionRows

/** The rows that a command takes which takes the table. */
export const optionsFor = (command: string): readonly OptionRow[] =>
  allOptions.filter(row => row.only === undefined || row.only === command)
