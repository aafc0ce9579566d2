import { describe, expect, it } from 'vitest';
import { Health } from '../../../src/telemetry/health.ts';
import { movedWorld } from './fixture.ts';

const MINUTE = 60_000;

describe('ready', () => {
  it('once the project is loaded, the warehouse has answered and every tier had a turn', () => {
    const health = new Health(movedWorld());
    expect(health.ready()).toEqual({ ok: false, line: 'the project is not loaded yet' });
    health.projectLoaded();
    health.expect(['realtime', 'daily']);
    expect(health.ready()).toEqual({ ok: false, line: 'the warehouse has not answered yet' });
    health.warehouseAnswered();
    expect(health.ready().line).toBe('waiting for the first tick of realtime, daily');
    health.turned('realtime', 2000);
    expect(health.ready().line).toBe('waiting for the first tick of daily');
    health.turned('daily', 2000);
    expect(health.ready()).toEqual({ ok: true, line: 'ready' });
    health.busy('daily');
    expect(health.ready().ok).toBe(true);
    health.ending();
    expect(health.ready()).toEqual({ ok: false, line: 'ending' });
  });

  it('not yet for a tier that a reload brought, and without those that it took away', () => {
    const health = new Health(movedWorld());
    health.projectLoaded();
    health.warehouseAnswered();
    health.expect(['hourly']);
    health.turned('hourly', 1000);
    health.expect(['hourly', 'mine']);
    expect(health.ready().line).toBe('waiting for the first tick of mine');
    health.expect(['hourly']);
    expect(health.ready().ok).toBe(true);
  });
});

describe('healthy', () => {
  it('while loops wake when they said they would', () => {
    const world = movedWorld();
    const health = new Health(world);
    health.expect(['realtime', 'daily']);
    health.turned('realtime', 2000);
    health.turned('daily', 24 * 60 * MINUTE);
    world.pass(50_000);
    expect(health.healthy()).toEqual({ ok: true, line: 'ok' });
    world.pass(15_000);
    expect(health.healthy()).toEqual({ ok: false, line: 'standing still: realtime for 1m 05s' });
    health.busy('realtime');
    expect(health.healthy().ok).toBe(true);
  });

  it('through a long evaluation, of which nothing is heard; not for ever', () => {
    const world = movedWorld();
    const health = new Health(world);
    health.expect(['daily']);
    world.pass(59 * MINUTE);
    expect(health.healthy().ok).toBe(true);
    world.pass(2 * MINUTE);
    expect(health.healthy().line).toBe('standing still: daily for 1h 01m');
  });
});
