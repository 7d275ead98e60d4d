/** What a worker is told once it is up. */
import type { AccessScripts } from './access-scripts.js'
import type { TelemetryTarget } from './telemetry-target.js'

/** The fields of the `configure` message, see docs/protocol.md. */
export interface WorkerConfiguration {
  readonly script: string | null
  readonly module: string | null
  readonly paste: string | null
  readonly callable: string
  readonly threads: number
  readonly multiprocess: boolean
  readonly multithread: boolean
  readonly runOnce: boolean
  readonly workingDirectory: string
  readonly pythonPath: readonly string[]
  readonly pythonWarnings: readonly string[]
  readonly switchInterval: number | null
  /** What listings show for the process; as much of it as fits. */
  readonly title: string
  /** --add-handler: extension and script. */
  readonly handlers: readonly (readonly [string, string])[]
  readonly orphanInterpreter: boolean
  readonly serverMetrics: boolean
  /** True for the process of a --service-script, which runs `script` and takes no requests. */
  readonly service: boolean
  readonly environ: Readonly<Record<string, string>>
  readonly processEnviron: Readonly<Record<string, string>>
  readonly processGroup: string
  readonly applicationGroup: string
  readonly maximumProcesses: number
  readonly scriptReloading: boolean
  readonly reportFiles: boolean
  /** A worker says in parts why it cannot load the application, for the page that shows it (--live-reload). */
  readonly reportFailures: boolean
  readonly shutdownTimeout: number
  /** SIGUSR1 is an eviction (--eviction-timeout). */
  readonly evicts: boolean
  /** Seconds of processor time (--cpu-time-limit); 0: no limit. */
  readonly cpuTimeLimit: number
  /** Bytes of the buffers of its connections (--send-buffer-size, --receive-buffer-size); 0: as the system has it. */
  readonly sendBuffer: number
  readonly receiveBuffer: number
  readonly debug: DebugTools | null
  /** Set for the process of the scripts that control access, which runs no application. */
  readonly access: AccessScripts | null
  /** Where measures go; null: nowhere. */
  readonly telemetry: TelemetryTarget | null
}

/** What debug mode puts around the application; directories are absolute, null where the tool is off. */
export interface DebugTools {
  readonly debugger: boolean
  /** A prompt of the debugger before the first request. */
  readonly startup: boolean
  readonly coverage: string | null
  readonly profiler: string | null
  readonly recorder: string | null
}
