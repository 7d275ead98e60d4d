/**
 * Settings that go together or against each other. The rules up to the telemetry are usage errors of
 * mod_wsgi-express too; of the others Apache says the same when it starts.
 */
import { UserError } from '../base/errors.js'
import { speaksHttps } from './https.js'
import type { Settings } from './settings.js'

/**
 * Checks what no option can be wrong about alone.
 *
 * @throws UserError for the first rule that is broken
 */
export function checkTogether(settings: Settings): void {
  for (const rule of rules) {
    const problem = rule(settings)
    if (problem !== null) throw new UserError(problem)
  }
}

/** A sentence for the user when the rule is broken. */
type Rule = (settings: Settings) => string | null

const rules: readonly Rule[] = [
  certificateNeedsPort,
  debuggerStartup,
  telemetryTarget,
  telemetryService,
  telemetryForm,
  switchInterval,
  telemetryInterval,
  headerTimeout,
  bodyTimeout,
  headerBuffer,
  logSize,
  serviceNames,
  serverMpm,
  php5,
  onePortTwice,
]

function certificateNeedsPort(settings: Settings): string | null {
  if (settings.httpsPort !== null) return null
  const [name] = [
    ['--ssl-certificate', settings.sslCertificate],
    ['--ssl-certificate-file', settings.sslCertificateFile],
    ['--ssl-certificate-key-file', settings.sslCertificateKeyFile],
    ['--ssl-ca-certificate-file', settings.sslCaCertificateFile],
    ['--ssl-certificate-chain-file', settings.sslCertificateChainFile],
  ].find(([, value]) => value !== null) ?? [null]
  return name === null ? null : `${name} needs --https-port as well, as --https-port 8443`
}

function debuggerStartup({ debuggerStartup, enableDebugger }: Settings): string | null {
  return debuggerStartup && !enableDebugger
    ? '--debugger-startup needs --enable-debugger as well'
    : null
}

function telemetryTarget({ enableTelemetry, telemetryService }: Settings): string | null {
  if (!enableTelemetry || telemetryService === null) return null
  return `--enable-telemetry has a service of its own, so leave out --telemetry-service ${telemetryService}`
}

function telemetryService({ enableTelemetry, serviceScript }: Settings): string | null {
  if (!enableTelemetry || !serviceScript.some(([name]) => name === 'telemetry')) return null
  return '--enable-telemetry makes a service named telemetry, so give --service-script telemetry another name'
}

function telemetryForm({ telemetryService }: Settings): string | null {
  if (telemetryService === null || /^unix:./.test(telemetryService)) return null
  return `--telemetry-service has to be unix:/path of a socket, got ${JSON.stringify(telemetryService)}`
}

function switchInterval({ switchInterval }: Settings): string | null {
  if (switchInterval === null || switchInterval > 0) return null
  return `--switch-interval has to be more than 0 seconds, got ${switchInterval}`
}

/** Not looked at without a target, as in the original. */
function telemetryInterval(settings: Settings): string | null {
  if (!hasTelemetry(settings) || settings.telemetryInterval >= 0.5) return null
  return `--telemetry-interval has to be at least 0.5 seconds, got ${settings.telemetryInterval}`
}

function hasTelemetry({ enableTelemetry, telemetryService }: Settings): boolean {
  return enableTelemetry || telemetryService !== null
}

function headerTimeout({
  headerTimeout,
  headerMaxTimeout,
  headerMinRate,
}: Settings): string | null {
  return growingTimeout('header', headerTimeout, headerMaxTimeout, headerMinRate)
}

function bodyTimeout({ bodyTimeout, bodyMaxTimeout, bodyMinRate }: Settings): string | null {
  return growingTimeout('body', bodyTimeout, bodyMaxTimeout, bodyMinRate)
}

/** mod_reqtimeout wants room to grow and a rate to grow by; without a first timeout nothing is written. */
function growingTimeout(part: string, first: number, ceiling: number, rate: number): string | null {
  if (first === 0 || ceiling === 0) return null
  if (ceiling <= first) {
    return `--${part}-max-timeout has to be 0 or more than --${part}-timeout ${first}, got ${ceiling}`
  }
  return rate === 0
    ? `--${part}-min-rate 0 needs --${part}-max-timeout 0 as well, got ${ceiling}`
    : null
}

/** The original passes the size on only when --processes is given. */
function headerBuffer({ headerBufferSize, processes }: Settings): string | null {
  if (processes === null || headerBufferSize === 0 || headerBufferSize >= 8192) return null
  return `--header-buffer-size has to be 0 or at least 8192, got ${headerBufferSize}`
}

/** The program that rotates refuses a size of 0, and then nothing is logged at all. */
function logSize({ rotateLogs, maxLogSize }: Settings): string | null {
  if (!rotateLogs || maxLogSize > 0) return null
  return `--max-log-size has to be at least 1 with --rotate-logs, got ${maxLogSize}`
}

/** To Apache a second service of a name is a mistake of its configuration. */
function serviceNames({ serviceScript }: Settings): string | null {
  const names = serviceScript.map(([name]) => name)
  const twice = names.find((name, at) => names.indexOf(name) < at)
  return twice === undefined
    ? null
    : `--service-script ${twice} is given twice; services need different names`
}

/** Words that are none are skipped by the original, as long as one is left. */
function serverMpm({ serverMpm }: Settings): string | null {
  if (serverMpm.length === 0 || serverMpm.some(name => kindsOfMpm.includes(name))) return null
  return `--server-mpm has to be event, worker or prefork, got ${JSON.stringify(serverMpm.join(' '))}`
}

/** The original tries to load its module, and ends where there is none. */
function php5({ withPhp5 }: Settings): string | null {
  return withPhp5
    ? '--with-php5 needs the PHP 5 module of Apache, which exists no more, so leave it out'
    : null
}

const kindsOfMpm = ['event', 'worker', 'prefork']

/** A free port for each is no port twice. */
function onePortTwice(settings: Settings): string | null {
  const { httpsPort, port } = settings
  if (httpsPort !== port || port === 0 || !speaksHttps(settings)) return null
  return `--https-port has to be another port than --port, got ${port} for both`
}
