/**
 * What workers send to a telemetry service (--telemetry-service), and where; and that of --enable-telemetry, which is a
 * service of ours that runs the package mod_wsgi-telemetry.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { UserError } from '../base/errors.js'
import { fitsSocket } from '../base/socket-path.js'
import type { Pair, Settings } from '../settings/settings.js'
import type { TelemetryTarget } from '../workers/telemetry-target.js'
import type { SitePlan } from './site-plan.js'

/** The name of our service. */
export const telemetryName = 'telemetry'

const script = fileURLToPath(
  new URL('../../python/modwsgi_dev_worker/telemetry_service.py', import.meta.url),
)

/** All services of a site. */
export function planServices({ serviceScript, enableTelemetry }: Settings): readonly Pair[] {
  return enableTelemetry ? [...serviceScript, [telemetryName, script]] : serviceScript
}

/** What our service is told in its environment. */
export function telemetryVariables(
  settings: Settings,
  plan: Pick<SitePlan, 'mode' | 'serverRoot'>,
): Record<string, string> {
  if (!settings.enableTelemetry) return {}
  return {
    MODWSGI_TELEMETRY_SOCKET: socketOf(settings, plan)!,
    MODWSGI_TELEMETRY_UI_PORT: String(settings.telemetryUiPort),
  }
}

/**
 * Whether measures can be sent, and our service can run. Throws {@link UserError}.
 *
 * @param python the program that runs the workers
 */
export async function checkTelemetry(
  settings: Settings,
  plan: SitePlan,
  python: string | null,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const path = socketOf(settings, plan)
  if (path === null) return
  if (!fitsSocket(path)) {
    const [option, value] = settings.enableTelemetry
      ? ['--server-root', plan.serverRoot]
      : ['--telemetry-service', settings.telemetryService]
    throw new UserError(`${option} ${value}: the path of the socket ${path} is too long`)
  }
  if (settings.enableTelemetry && python !== null) await askForPackage(settings, python, env)
}

async function askForPackage({ pythonPath }: Settings, python: string, env: NodeJS.ProcessEnv) {
  try {
    await promisify(execFile)(python, [script, '--check', ...pythonPath], {
      env: { ...env, PYTHONPATH: join(script, '../..') },
    })
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim().split('\n').at(-1) ?? ''
    throw new UserError(
      `--enable-telemetry needs the package mod_wsgi-telemetry where ${python} finds it (${said || (cause as Error).message}): run ${python} -m pip install mod_wsgi-telemetry`,
      undefined,
      { cause },
    )
  }
}

/** Null without telemetry. */
export function planTelemetry(
  settings: Settings,
  plan: Pick<SitePlan, 'mode' | 'serverRoot'>,
): TelemetryTarget | null {
  const path = socketOf(settings, plan)
  if (path === null) return null
  return {
    path,
    interval: settings.telemetryInterval,
    slow: settings.slowRequests ?? 0,
    userAgent: capturesUserAgent(settings.telemetryOptions),
    daemon: plan.mode === 'daemon',
  }
}

/** The socket that is told everything; null: nobody is. */
function socketOf(
  { telemetryService, enableTelemetry }: Settings,
  { serverRoot }: Pick<SitePlan, 'serverRoot'>,
): string | null {
  if (enableTelemetry) return join(serverRoot, 'telemetry.sock')
  return telemetryService === null ? null : telemetryService.slice('unix:'.length)
}

/**
 * Whether the one switch that there is is on. Words with a sign change what the options before have said, others say it
 * anew (mod_wsgi's WSGITelemetryOptions).
 *
 * @example
 * capturesUserAgent(['All', '-CaptureUserAgent']) // false
 */
export function capturesUserAgent(options: readonly string[]): boolean {
  const words = options
    .join(' ')
    .toLowerCase()
    .split(/[ \t]+/)
  return words.reduce((on, word) => {
    switch (word) {
      case 'all':
      case 'captureuseragent':
      case '+captureuseragent':
        return true
      case 'none':
      case '-captureuseragent':
        return false
      default:
        return on
    }
  }, false)
}
