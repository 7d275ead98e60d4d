/**
 * The text of `apachectl`: it starts, as a start-up system would, the program that understands its words
 * (`control-server.ts`), with the Node and the modwsgi-dev that set the server up.
 */
import { shellWord } from './shell-text.js'

/** What the script has to know. All paths are absolute. */
export interface ControlScript {
  readonly node: string
  /** bin/modwsgi-dev.js. */
  readonly program: string
  readonly serverRoot: string
  /** What was typed to set the server up, for who reads the script. */
  readonly argv: readonly string[]
  /** Variables that the server gets; `envvars` can change them. */
  readonly variables: Readonly<Record<string, string>>
}

/** The whole script. */
export function controlScriptText(script: ControlScript): string {
  const { node, program, serverRoot, argv, variables } = script
  const exports = Object.entries(variables).map(
    ([name, value]) => `${name}=${shellWord(value)}\nexport ${name}\n`,
  )
  return `#!/bin/sh

# Controls the server of this directory: start, stop, restart, graceful, graceful-stop, configtest, status.
# Made by modwsgi-dev, and made anew when the server is set up again; variables belong into envvars.

# ${JSON.stringify(argv)}

NODE=${shellWord(node)}
PROGRAM=${shellWord(program)}
SERVER_ROOT=${shellWord(serverRoot)}

for FILE in "$NODE" "$PROGRAM"; do
    if ! test -f "$FILE"; then
        printf 'apachectl: %s does not exist any more: set the server up again\\n' "$FILE" >&2
        exit 2
    fi
done
${exports.length > 0 ? `\n${exports.join('')}` : ''}
exec "$NODE" "$PROGRAM" control-server "$SERVER_ROOT" "$@"
`
}
