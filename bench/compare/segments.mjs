/** The segments that are compared, twice each: as SQL for the baselines, as `where:` for segsync. */

/** An instant (microseconds since 1970) as the baselines write it. */
export function instantSql(micros) {
  return `TIMESTAMP '${new Date(micros / 1000).toISOString().slice(0, -1).replace('T', ' ')}'`;
}

/** The four segments as SELECTs of `id`, at the instant `now` (SQL). */
export function fourQueries({ customers, events }, now) {
  return {
    s1: `SELECT c.id FROM ${customers} c JOIN ${events} e ON e.customer_id = c.id AND e.type = 'purchase'
      WHERE c.plan = 'pro' GROUP BY c.id HAVING sum(e.amount) > 300`,
    s2: `SELECT e.customer_id AS id FROM ${events} e
      WHERE e.type = 'purchase' AND e.ts > ${now} - INTERVAL '30 days' AND e.ts <= ${now}
      GROUP BY e.customer_id HAVING count(*) >= 2`,
    s3: `SELECT c.id FROM ${customers} c WHERE c.country = 'DE' AND c.plan IN ('pro', 'team')`,
    s4: `SELECT c.id FROM ${customers} c WHERE c.plan = 'pro' AND NOT EXISTS (
      SELECT 1 FROM ${events} e WHERE e.customer_id = c.id AND e.type = 'login' AND e.ts > ${now} - INTERVAL '60 days')`,
  };
}

export const FOUR = {
  s1: all('{ trait: plan, eq: pro }', '{ did: purchase, sum: { of: amount, gt: 300 } }'),
  s2: '{ did: purchase, within: 30d, count: { gte: 2 } }',
  s3: all('{ trait: country, eq: DE }', '{ trait: plan, in: [pro, team] }'),
  s4: all('{ trait: plan, eq: pro }', '{ did_not: login, within: 60d }'),
};

/** Many segments: the four kinds in turn, each time with thresholds of their own. */
export function manySegments(count) {
  return Object.fromEntries(numbers(count).map((number) => [`k${number}`, kindOf(number).where]));
}

/** The same over the columns `country, plan, psum, p30, l60` of one row a customer: `[number, predicate]`. */
export function manyPredicates(count) {
  return numbers(count).map((number) => [number, kindOf(number).sql]);
}

export const YEARLY = { yearly: '{ did: purchase, within: 365d, sum: { of: amount, gte: 1000 } }' };

function kindOf(number) {
  const turn = Math.floor((number - 1) / 4);
  const spent = (bound) => `{ did: purchase, sum: { of: amount, ${bound} } }`;
  const pro = '{ trait: plan, eq: pro }';
  switch (number % 4) {
    case 1: {
      const least = 300 + turn * 7;
      return { sql: `plan = 'pro' AND psum > ${least}`, where: all(pro, spent(`gt: ${least}`)) };
    }
    case 2: {
      const least = 2 + (turn % 5);
      return { sql: `p30 >= ${least}`, where: `{ did: purchase, within: 30d, count: { gte: ${least} } }` };
    }
    case 3: {
      const least = turn * 11;
      return {
        sql: `country = 'DE' AND plan IN ('pro', 'team') AND psum >= ${least}`,
        where: all('{ trait: country, eq: DE }', '{ trait: plan, in: [pro, team] }', spent(`gte: ${least}`)),
      };
    }
    default: {
      const least = turn * 5;
      return {
        sql: `plan = 'pro' AND NOT l60 AND psum >= ${least}`,
        where: all(pro, '{ did_not: login, within: 60d }', spent(`gte: ${least}`)),
      };
    }
  }
}

function all(...conditions) {
  return `\n  all:\n${conditions.map((each) => `    - ${each}`).join('\n')}`;
}

function numbers(count) {
  return Array.from({ length: count }, (_, index) => index + 1);
}
