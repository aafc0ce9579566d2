/** Preloaded into the measured process: tells the benchmark its statements and its time of CPU, once a second. */
import pg from 'pg';

const { query } = pg.Client.prototype;
let statements = 0;
pg.Client.prototype.query = function (...args) {
  statements += 1;
  return query.apply(this, args);
};
setInterval(() => {
  const { user, system } = process.cpuUsage();
  process.send?.({ statements, cpuMs: (user + system) / 1000 });
}, 1000).unref();
process.channel?.unref();
