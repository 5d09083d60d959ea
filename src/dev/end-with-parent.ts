import { spawn } from 'node:child_process';

/**
 * Sees to it that a process group ends when this process does, however that ends (SIGKILL included).
 *
 * A tiny shell waits on a pipe whose other end only we hold: the kernel closes it when we are gone. Linux' and macOS'
 * own ways to do this differ; a pipe works on both.
 *
 * @param groupId the pid of a process spawned with `detached: true`
 * @returns ends the watch: to be called once the group has ended by itself, before its number can be used again
 */
export function endWithParent(groupId: number): () => void {
  const watcher = spawn('/bin/sh', ['-c', watch, String(groupId)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.on('error', () => {});
  watcher.stdin.on('error', () => {});
  watcher.unref();
  // The pipe must not keep this process running; its handle is a socket, though its type says only "writable".
  if ('unref' in watcher.stdin && typeof watcher.stdin.unref === 'function') watcher.stdin.unref();
  return () => watcher.kill('SIGKILL');
}

/** Ten seconds to end in order, then by force. */
const watch = `
cat >/dev/null
kill -s TERM -- "-$0" 2>/dev/null
tries=0
while kill -s 0 -- "-$0" 2>/dev/null; do
  tries=$((tries + 1))
  if [ "$tries" -gt 100 ]; then kill -s KILL -- "-$0"; exit; fi
  sleep 0.1
done
`;
