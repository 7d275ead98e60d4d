/** The text of a systemd unit that runs a server which was set up. */

/** What the unit has to know. All paths are absolute. */
export interface ServiceUnit {
  readonly controlScript: string
  readonly serverRoot: string
  /** Seconds that a stop may take. */
  readonly stopTimeout: number
}

/**
 * The whole unit. The server stays in the foreground, so that systemd knows its process without a pid file. SIGTERM goes
 * to it alone, for it ends its workers itself. A reload is a graceful restart, which says so where new settings need more
 * than that. A mistake in the settings (exit codes 2 and 3) does not go away by another start.
 */
export function serviceUnitText({ controlScript, serverRoot, stopTimeout }: ServiceUnit): string {
  return `# Made by modwsgi-dev. Copy it to /etc/systemd/system under a name for the site, such as mysite.service, then:
#     systemctl daemon-reload
#     systemctl enable --now mysite

[Unit]
Description=WSGI site of ${unitText(serverRoot)}
After=network.target

[Service]
Type=exec
ExecStart=/bin/sh ${unitWord(controlScript)} start -DFOREGROUND
ExecReload=/bin/sh ${unitWord(controlScript)} graceful
KillMode=mixed
TimeoutStopSec=${stopTimeout}
Restart=on-failure
RestartPreventExitStatus=2 3

[Install]
WantedBy=multi-user.target
`
}

/** One word of a command: quoted, with what stands for specifiers and variables doubled; see systemd.service(5). */
function unitWord(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('$', () => '$$')
  return `"${escaped.replaceAll('%', '%%')}"`
}

/** Text of one line, without the specifiers that systemd would fill in. */
function unitText(text: string): string {
  return text.replaceAll('%', '%%').replaceAll(/[\\\n]/g, ' ')
}
