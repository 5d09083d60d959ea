import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/**
 * Answers to commands, by their name: untagged lines, then the tagged status (`OK done`). `hang up` closes the
 * connection after those lines. Without an entry the server behaves.
 */
export type Script = Readonly<Record<string, (line: string) => readonly string[]>>;

const behaved: Script = {
  CAPABILITY: () => ['* CAPABILITY IMAP4rev1', 'OK done'],
  LIST: () => ['* LIST () "/" INBOX', 'OK done'],
  SELECT: () => opened,
  EXAMINE: () => opened,
};
const opened = [
  '* 1 EXISTS',
  '* FLAGS (\\Seen)',
  '* OK [UIDVALIDITY 7] x',
  '* OK [UIDNEXT 2] x',
  'OK [READ-WRITE] done',
];

export interface ScriptedImap {
  readonly port: number;
  /** Commands received, without their tags. */
  readonly commands: readonly string[];
  stop(): Promise<void>;
}

/** An IMAP server that misbehaves as told: in ways that no real one can be brought to on purpose. */
export async function startScriptedImap(script: Script): Promise<ScriptedImap> {
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay();
    socket.on('error', () => {});
    socket.write('* OK ready\r\n');
    createInterface({ input: socket }).on('line', (line) => {
      const [tag = '', first = '', second = ''] = line.split(' ');
      const name = (first.toUpperCase() === 'UID' ? second : first).toUpperCase();
      commands.push(line.slice(tag.length + 1));
      const answer = (script[name] ?? behaved[name] ?? (() => ['OK done']))(line);
      for (const part of answer) {
        if (part === 'hang up') socket.destroy();
        else socket.write(`${/^(OK|NO|BAD) /.test(part) ? `${tag} ` : ''}${part}\r\n`);
      }
      if (name === 'LOGOUT') socket.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    commands,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
