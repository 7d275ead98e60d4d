/** From settings to what access control is told: the front, and the process of its scripts. */
import type { AccessRule } from '../front/access-control/access-rule.js'
import type { Settings } from '../settings/settings.js'
import type { WorkerConfiguration } from '../workers/worker-configuration.js'
import { planServerEnviron, planWorker, type SitePlan } from './site-plan.js'

/** Whether scripts decide on access. Groups are only looked at where users are. */
export function controlsAccess({ hostAccessScript, authUserScript }: Settings): boolean {
  return hostAccessScript !== null || authUserScript !== null
}

/** @param port that is listened on, asked for once it is known */
export function planAccessRule(
  settings: Settings,
  plan: SitePlan,
  port: () => number,
): AccessRule | null {
  if (!controlsAccess(settings)) return null
  const { hostAccessScript, authUserScript, authGroupScript, authType } = settings
  const scheme = /^digest$/i.test(authType) ? 'Digest' : 'Basic'
  return {
    host: hostAccessScript !== null,
    group: authGroupScript !== null,
    scheme: authUserScript === null ? null : scheme,
    get realm() {
      return `${plan.listenerHost}:${port()}`
    },
    limit: settings.requestTimeout * 1000,
  }
}

/** What the process is told; null: there is none. */
export function planAccess(
  settings: Settings,
  plan: SitePlan,
  port: number,
  env: NodeJS.ProcessEnv,
): WorkerConfiguration | null {
  if (!controlsAccess(settings)) return null
  const { PYTHON_EGG_CACHE: _, ...processEnviron } = planServerEnviron(settings, plan, port)
  const besideApplication = plan.mode !== 'daemon'
  const worker = planWorker(settings, plan, port, env)
  return {
    ...worker,
    script: null,
    module: null,
    paste: null,
    threads: accessThreads(settings, plan),
    pythonPath: besideApplication ? worker.pythonPath : [],
    handlers: [],
    processEnviron,
    processGroup: '',
    applicationGroup: '',
    title: `(wsgi:access:${plan.listenerHost}:${settings.port})`,
    maximumProcesses: 1,
    serverMetrics: false,
    reportFailures: false,
    evicts: false,
    cpuTimeLimit: 0,
    debug: null,
    telemetry: null,
    access: {
      host: settings.hostAccessScript,
      user: settings.authUserScript,
      group: settings.authUserScript === null ? null : settings.authGroupScript,
      groupName: settings.authGroup,
      documentRoot: plan.documentRoot,
      besideApplication,
    },
  }
}

/** As many as a process of Apache has in the configuration that mod_wsgi-express generates (ThreadsPerChild). */
export function accessThreads({ maxClients }: Settings, plan: SitePlan): number {
  if (plan.mode !== 'daemon') return plan.threads
  const least = plan.processes * plan.threads
  const clients =
    maxClients === null ? 10 + Math.max(10, Math.floor(1.5 * least)) : Math.max(maxClients, least)
  return clients > 20 ? Math.floor(clients / (Math.floor(clients / 20) + 1)) : 10
}
