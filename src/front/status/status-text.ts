/** `/server-status?auto`: keys and values for programs, in Apache's words and order. */
import { durationText, kilo, momentText, shortNumber } from './apache-number.js'
import {
  countThreads,
  cpuLoadOf,
  isStopping,
  lettersOf,
  livingWorkers,
  type StatusFacts,
  uptimeOf,
} from './status-facts.js'

/** @param serverName host that was asked for */
export function statusText(facts: StatusFacts, serverName: string): string {
  const lines = [
    serverName,
    `ServerVersion: ${facts.version}`,
    'ServerMPM: event',
    `Server Built: ${facts.built}`,
    `CurrentTime: ${momentText(facts.now)}`,
    `RestartTime: ${momentText(facts.started)}`,
    `ParentServerConfigGeneration: ${facts.generation + 1}`,
    `ParentServerMPMGeneration: ${facts.generation}`,
    `ServerUptimeSeconds: ${uptimeOf(facts)}`,
    `ServerUptime:${durationText(uptimeOf(facts))}`,
    ...facts.load.map((load, at) => `Load${[1, 5, 15][at]}: ${load.toFixed(2)}`),
    ...totals(facts),
    ...rates(facts),
    ...processes(facts),
    `Scoreboard: ${facts.workers.flatMap(lettersOf).join('')}`,
  ]
  return `${lines.join('\n')}\n`
}

function totals({ accesses, bytes, duration, cpu, workersCpu }: StatusFacts): string[] {
  return [
    `Total Accesses: ${accesses}`,
    `Total kBytes: ${Math.floor(bytes / kilo)}`,
    `Total Duration: ${Math.round(duration)}`,
    `CPUUser: ${shortNumber(cpu.user)}`,
    `CPUSystem: ${shortNumber(cpu.system)}`,
    `CPUChildrenUser: ${shortNumber(workersCpu.user)}`,
    `CPUChildrenSystem: ${shortNumber(workersCpu.system)}`,
  ]
}

/** Those that need a time or a request to be divided by are left out without. */
function rates(facts: StatusFacts): string[] {
  const uptime = uptimeOf(facts)
  const { accesses, bytes, duration } = facts
  const lines = [`CPULoad: ${shortNumber(cpuLoadOf(facts))}`, `Uptime: ${uptime}`]
  if (uptime > 0) {
    lines.push(`ReqPerSec: ${shortNumber(accesses / uptime)}`)
    lines.push(`BytesPerSec: ${shortNumber(bytes / uptime)}`)
  }
  if (accesses > 0) {
    lines.push(`BytesPerReq: ${shortNumber(bytes / accesses)}`)
    lines.push(`DurationPerReq: ${shortNumber(Math.round(duration) / accesses)}`)
  }
  return lines
}

function processes(facts: StatusFacts): string[] {
  const { busy, graceful, idle } = countThreads(facts.workers.flatMap(lettersOf))
  const { connections } = facts
  return [
    `BusyWorkers: ${busy}`,
    `GracefulWorkers: ${graceful}`,
    `IdleWorkers: ${idle}`,
    // The server itself has the connections.
    `Processes: ${livingWorkers(facts).length + 1}`,
    `Stopping: ${facts.workers.filter(isStopping).length}`,
    `ConnsTotal: ${connections.total}`,
    `ConnsAsyncWaitIO: ${connections.waiting}`,
    `ConnsAsyncWriting: ${connections.writing}`,
    `ConnsAsyncKeepAlive: ${connections.keepAlive}`,
    `ConnsAsyncClosing: ${connections.closing}`,
  ]
}
