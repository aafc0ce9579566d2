/** The processes of the benchmark: the receiver, and one worker a phase, so that each has its own peak of memory. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

/** A receiver, by its script: its `url`, `ask(command, rest)` and `close()`. */
export async function startReceiver(script = file('./receiver.mjs')) {
  const child = fork(script, { serialization: 'advanced' });
  const { port } = await new Promise((resolve) => child.once('message', resolve));
  let asked = 0;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    ask(command, rest = {}) {
      const id = ++asked;
      child.send({ id, command, ...rest });
      return new Promise((resolve) => {
        const listen = (answer) => {
          if (answer.id !== id) return;
          child.off('message', listen);
          resolve(answer);
        };
        child.on('message', listen);
      });
    },
    close: () => child.disconnect(),
  };
}

/** Runs a phase of `worker.mjs` in a process of its own; resolves to its figures. */
export function inProcess(request, { profile = false, onMessage = () => {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = fork(file('./worker.mjs'), { execArgv: profile ? ['--cpu-prof'] : [] });
    let figures;
    child.on('message', (message) => {
      if (message.error) reject(new Error(`${request.phase} failed: ${message.error}`));
      else if (message.figures) figures = message.figures;
      else onMessage(message, child);
    });
    child.once('exit', (code) => {
      if (figures) resolve(figures);
      else reject(new Error(`${request.phase} ended with code ${code}`));
    });
    child.send(request);
  });
}
