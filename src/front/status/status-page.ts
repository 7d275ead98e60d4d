/** `/server-status`: the page for people, in Apache's words. */
import type { PlaceSnapshot } from '../../workers/place-figures.js'
import {
  byteText,
  durationText,
  kilo,
  kilobyteText,
  mega,
  momentText,
  shortNumber,
} from './apache-number.js'
import {
  countThreads,
  cpuLoadOf,
  isStopping,
  type Letter,
  lettersOf,
  livingWorkers,
  type StatusFacts,
  uptimeOf,
  type WorkerFacts,
} from './status-facts.js'

/** What of the request stands on the page. */
export interface StatusAsked {
  /** Host that was asked for. */
  readonly serverName: string
  /** Address that was asked. */
  readonly address: string
  readonly noTable: boolean
}

export function statusPage(facts: StatusFacts, asked: StatusAsked): string {
  const name = escapeHtml(asked.serverName)
  return `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">
<html><head>
<title>Apache Status</title>
</head><body>
<h1>Apache Server Status for ${name} (via ${asked.address})</h1>

<dl><dt>Server Version: ${escapeHtml(facts.version)}</dt>
<dt>Server MPM: event</dt>
<dt>Server Built: ${facts.built}
</dt></dl><hr /><dl>
${summary(facts)}</dl>

${processTable(facts)}<pre>${scoreboard(facts)}</pre>
${key}${asked.noTable ? requestList(facts) : requestTable(facts)}</body></html>
`
}

function summary(facts: StatusFacts): string {
  const { accesses, bytes, duration, cpu, workersCpu } = facts
  const threads = countThreads(facts.workers.flatMap(lettersOf))
  const lines = [
    `Current Time: ${momentText(facts.now)}`,
    `Restart Time: ${momentText(facts.started)}`,
    `Parent Server Config. Generation: ${facts.generation + 1}`,
    `Parent Server MPM Generation: ${facts.generation}`,
    `Server uptime: ${durationText(uptimeOf(facts))}`,
    `Server load: ${facts.load.map(load => load.toFixed(2)).join(' ')}`,
    `Total accesses: ${accesses} - Total Traffic: ${kilobyteText(Math.floor(bytes / kilo))} - Total Duration: ${Math.round(duration)}`,
    `CPU Usage: u${shortNumber(cpu.user)} s${shortNumber(cpu.system)} cu${shortNumber(workersCpu.user)} cs${shortNumber(workersCpu.system)} - ${shortNumber(cpuLoadOf(facts), 3)}% CPU load`,
    rates(facts),
    `${threads.busy} requests currently being processed, ${threads.graceful} workers gracefully restarting, ${threads.idle} idle workers`,
  ]
  return lines.map(line => `<dt>${line}</dt>\n`).join('')
}

function rates(facts: StatusFacts): string {
  const uptime = uptimeOf(facts)
  const { accesses, bytes, duration } = facts
  const parts: string[] = []
  if (uptime > 0) {
    parts.push(`${shortNumber(accesses / uptime, 3)} requests/sec`)
    parts.push(`${byteText(bytes / uptime)}/second`)
  }
  if (accesses > 0) {
    parts.push(`${byteText(bytes / accesses)}/request`)
    parts.push(`${shortNumber(Math.round(duration) / accesses)} ms/request`)
  }
  return parts.join(' - ')
}

function processTable(facts: StatusFacts): string {
  const { connections } = facts
  const workers = livingWorkers(facts)
  const ofConnections = [
    connections.waiting,
    connections.writing,
    connections.keepAlive,
    connections.closing,
  ]
  const all = countThreads(workers.flatMap(lettersOf))
  const rows = [
    // The server itself has all connections, and no threads that answer.
    [0, process.pid, 'no', connections.total, yesNo(facts.accepting), 0, 0, 0, ...ofConnections],
    ...workers.map(worker => workerRow(worker, facts.generation)),
    [
      'Sum',
      workers.length + 1,
      workers.filter(isStopping).length,
      connections.total,
      '&nbsp;',
      ...[all.busy, all.graceful, all.idle],
      ...ofConnections,
    ],
  ]
  return `<table rules="all" cellpadding="1%">
<tr><th rowspan="2">Slot</th><th rowspan="2">PID</th><th rowspan="2">Stopping</th><th colspan="2">Connections</th>
<th colspan="3">Threads</th><th colspan="4">Async connections</th></tr>
<tr><th>total</th><th>accepting</th><th>busy</th><th>graceful</th><th>idle</th><th>wait-io</th><th>writing</th><th>keep-alive</th><th>closing</th></tr>
${rows.map(cells => `<tr>${cells.map(cell => `<td>${cell}</td>`).join('')}</tr>\n`).join('')}</table>
`
}

function workerRow(worker: WorkerFacts, generation: number): (string | number)[] {
  const { busy, graceful, idle } = countThreads(lettersOf(worker))
  const old = worker.generation < generation ? ' (old gen)' : ''
  const stopping = `${yesNo(isStopping(worker))}${old}`
  const accepting = yesNo(worker.state === 'ready')
  return [worker.slot, worker.pid ?? '-', stopping, 0, accepting, busy, graceful, idle, 0, 0, 0, 0]
}

function yesNo(is: boolean): string {
  return is ? 'yes' : 'no'
}

/** In lines of so many letters. */
const lettersOfLine = 64

function scoreboard({ workers }: StatusFacts): string {
  const letters = workers.flatMap(lettersOf).join('')
  return letters.replace(new RegExp(`.{${lettersOfLine}}`, 'g'), '$&\n')
}

const key = `<p>Scoreboard Key:<br />
"<b><code>_</code></b>" Waiting for Connection, 
"<b><code>S</code></b>" Starting up, 
"<b><code>R</code></b>" Reading Request,<br />
"<b><code>W</code></b>" Sending Reply, 
"<b><code>K</code></b>" Keepalive (read), 
"<b><code>D</code></b>" DNS Lookup,<br />
"<b><code>C</code></b>" Closing connection, 
"<b><code>L</code></b>" Logging, 
"<b><code>G</code></b>" Gracefully finishing,<br /> 
"<b><code>I</code></b>" Idle cleanup of worker, 
"<b><code>.</code></b>" Open slot with no current process<br />
</p>
`

/** A thread, and what it did last. */
interface Told {
  readonly worker: WorkerFacts
  readonly letter: Letter
  readonly place: PlaceSnapshot
}

/** Threads that have done nothing yet have nothing to tell. */
function toldThreads({ workers }: StatusFacts): Told[] {
  return workers.flatMap(worker =>
    lettersOf(worker).flatMap((letter, at) => {
      const place = worker.places[at]
      return place === undefined || place.startTime === 0 ? [] : [{ worker, letter, place }]
    }),
  )
}

/** Numbers of a thread: milliseconds of its last request, and since when it does what it does. */
function timesOf({ place }: Told, now: number) {
  const took = place.status === 'W' ? 0 : (place.stopTime - place.startTime) * 1000
  return {
    since: Math.max(0, Math.floor(now - place.lastUsed)),
    took: Math.max(0, Math.floor(took)),
    total: Math.floor(place.busyTime * 1000),
    // Which connection a thread answers is new with each request.
    onConnection: place.status === 'W' ? 1 : 0,
  }
}

function requestTable(facts: StatusFacts): string {
  const rows = toldThreads(facts).map(told => {
    const { worker, letter, place } = told
    const { since, took, total, onConnection } = timesOf(told, facts.now)
    const { accessCount } = place
    const seconds = (worker.cpu.user + worker.cpu.system).toFixed(2)
    const megabytes = (place.bytesServed / mega).toFixed(2)
    const shown = letter === '_' || letter === '.' ? letter : `<b>${letter}</b>`
    return `<tr><td><b>${worker.slot}-${worker.generation}</b></td><td>${worker.pid}</td><td>${onConnection}/${accessCount}/${accessCount}</td><td>${shown}
</td><td>${seconds}</td><td>${since}</td><td>${took}</td><td>${total}</td><td>0.0</td><td>${megabytes}</td><td>${megabytes}
</td><td>${escapeHtml(place.client)}</td><td>http/1.1</td><td nowrap>${escapeHtml(facts.vhost)}</td><td nowrap>${escapeHtml(place.request)}</td></tr>

`
  })
  return `

<table border="0"><tr><th>Srv</th><th>PID</th><th>Acc</th><th>M</th><th>CPU
</th><th>SS</th><th>Req</th><th>Dur</th><th>Conn</th><th>Child</th><th>Slot</th><th>Client</th><th>Protocol</th><th>VHost</th><th>Request</th></tr>

${rows.join('')}</table>
${tableKey}`
}

const tableKey = ` <hr /> <table>
 <tr><th>Srv</th><td>Child Server number - generation</td></tr>
 <tr><th>PID</th><td>OS process ID</td></tr>
 <tr><th>Acc</th><td>Number of accesses this connection / this child / this slot</td></tr>
 <tr><th>M</th><td>Mode of operation</td></tr>
<tr><th>CPU</th><td>CPU usage, number of seconds</td></tr>
<tr><th>SS</th><td>Seconds since beginning of most recent request</td></tr>
 <tr><th>Req</th><td>Milliseconds required to process most recent request</td></tr>
 <tr><th>Dur</th><td>Sum of milliseconds required to process all requests</td></tr>
 <tr><th>Conn</th><td>Kilobytes transferred this connection</td></tr>
 <tr><th>Child</th><td>Megabytes transferred this child</td></tr>
 <tr><th>Slot</th><td>Total megabytes transferred this slot</td></tr>
 </table>
`

const letterNames: Readonly<Record<Letter, string>> = {
  _: 'Ready',
  S: '<b>Starting</b>',
  W: '<b>Write</b>',
  G: '<b>Graceful</b>',
  I: '<b>Dying</b>',
  '.': '<b>Dead</b>',
}

function requestList(facts: StatusFacts): string {
  const entries = toldThreads(facts).map(told => {
    const { worker, letter, place } = told
    const { since, took, total, onConnection } = timesOf(told, facts.now)
    const { user, system } = worker.cpu
    const bytes = byteText(place.bytesServed)
    return `<b>Server ${worker.slot}-${worker.generation}</b> (${worker.pid}): ${onConnection}|${place.accessCount}|${place.accessCount} [${letterNames[letter]}] u${shortNumber(user)} s${shortNumber(system)} cu0 cs0
 ${since} ${took} ${total}(0 B|${bytes}|${bytes})
 <i>${escapeHtml(place.client)} {${escapeHtml(place.request)}}</i> <i>(http/1.1)</i> <b>[${escapeHtml(facts.vhost)}]</b><br />

`
  })
  return `<hr /><h2>Server Details</h2>\n\n${entries.join('')}`
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' }
  return text.replace(/[<>&]/g, sign => entities[sign]!).replaceAll('"', '&quot;')
}
